# Sourced by ./run. install_packages LIST...: the Debian packages named in the lists, installing only what is missing.

listed_packages() { sed -e 's/#.*//' "$@" | awk 'NF'; }

# The lines of standard input ("name" or "name ?") whose package is not installed.
keep_missing() {
  local installed name mark
  installed=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' 2>/dev/null | awk '$1 == "ii" { print $2 }')
  while read -r name mark; do
    grep -qxF "$name" <<<"$installed" || printf '%s %s\n' "$name" "$mark"
  done
}

apt_install() {
  local become=("$@")
  shift $#
  "${become[@]}" apt-get -o DPkg::Lock::Timeout=120 -q update || true  # a foreign source that is down must not stop us
  "${become[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 -q -y --no-install-recommends \
    install "${MISSING[@]}"
}

install_packages() {
  local missing required
  if ! command -v dpkg-query >/dev/null; then
    complain "[set-up] this is no Debian system: install the counterparts of $* yourself; going on"
    return
  fi
  missing=$(listed_packages "$@" | keep_missing)
  [[ -z $missing ]] && return
  required=$(awk '$2 != "?" { print $1 }' <<<"$missing")
  mapfile -t MISSING < <(awk '{ print $1 }' <<<"$missing")
  if ((EUID == 0)); then
    step "Debian packages: ${#MISSING[@]} missing" "$LOGS/apt.log" apt_install || [[ -z $required ]]
  elif sudo -n true 2>/dev/null; then
    step "Debian packages: ${#MISSING[@]} missing" "$LOGS/apt.log" apt_install sudo -n || [[ -z $required ]]
  elif [[ -n $required ]]; then
    complain "[set-up] Debian packages are missing and this user may not install them; run once, then try again:"
    complain "  sudo apt-get install --no-install-recommends ${MISSING[*]}"
    return 1
  fi
}
