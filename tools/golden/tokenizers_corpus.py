"""The strings on which tokenizers are compared: every plane of Unicode, made up from a seed, no text of anybody else."""

import random
import unicodedata2 as unicodedata  # newer than the interpreter's own

SPACES = " \t\n\r\x0b\x0c\x1c\x1f\x85\u00a0\u1680\u180e\u2000\u2003\u2009\u200a\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
SUFFIXES = ["'s", "'S", "'t", "'T", "'re", "'RE", "'Re", "'ve", "'VE", "'m", "'M", "'ll", "'LL", "'lL", "'d", "'D", "'\u017f",
            "\u2019s", "\u2019ll", "'x", "'", "''s", "'sa", "'llama", "'\u017ft"]
WORDS = """the of and to in is you that it he was for on are as with his they at be this have from or one had by word but not what
all were we when your can said there use an each which she do how their if will up other about out many then them these so some
her would make like him into time has look two more write go see number no way could people my than first water been call who oil
its now find long down day did get come made may part Wireless Charger Deluxe Edition Stainless Steel Garden Hose Vintage Lamp
Réfrigérateur naïve façade Übergröße smörgåsbord señor Straße œuvre Ægir łódź çok güzel Ελληνικά μου σίγμας Привет мир ещё Київ
שלום עולם مرحبا بالعالم نمستے नमस्ते दुनिया हिन्दी สวัสดีชาวโลก 你好世界 電子書 日本語 カタカナ ひらがな 안녕하세요 대한민국 Việt Nam đặc biệt
தமிழ் తెలుగు ಕನ್ನಡ മലയാളം ქართული հայերեն አማርኛ ភាសាខ្មែរ မြန်မာ བོད་ཡིག ᏣᎳᎩ ᐃᓄᒃᑎᑐᑦ ߒߞߏ""".split()
NOUNS = "Lamp Kettle Drone Puzzle Guitar Blender Router Backpack Notebook Speaker Tripod Charger Helmet Wrench Planter Quilt".split()
ADJECTIVES = "Compact Folding Ultra Quiet Rugged Classic Solar Smart Dual-Band Heavy-Duty Mini Pro Deluxe Handmade Wireless".split()
SPECIAL = ["<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|begin_of_text|>", "<|eot_id|>", "<|start_header_id|>", "<think>",
           "</think>", "<tool_call>", "<repo_name>", "<reponame>", "<|im_start", "im_end|>", "<|", "|>", "<|IM_START|>",
           "<|reserved_special_token_7|>", "<|fim_pad|>", "<jupyter_code>", "<|im_end|", "<|<|im_end|>|>"]
CODE = ["for (int i = 0; i < n; ++i) {\n\tsum += a[i];\n}", "def f(x):\n    return x ** 2  # square\n", "SELECT * FROM t WHERE id=42;",
        "std::vector<std::pair<int,int>> v{{1,2}};", "if __name__ == '__main__':\n\n\n    main()", "\\frac{a}{b} \\leq \\sqrt{2\\pi}",
        "x = {'a': [1, 2.5e-3], \"b\": None}", "#include <cstdio>\r\n\r\nint main() {}\r\n", "$ grep -rn 'foo' . | wc -l && echo ok"]
URLS = ["https://example.org/a/b?q=1&r=%20x#frag", "mailto:someone@example.com", "ftp://10.0.0.1:8080/~user/", "www.example.net/ä/ß"]
ENTITIES = ["&amp;", "&nbsp;", "&#39;", "&#x27;", "&quot;", "&lt;br/&gt;", "&copy;2020", "&eacute;"]
EMOJI = ["😀", "👨‍👩‍👧‍👦", "👩🏽‍🚀", "🏳️‍🌈", "🇩🇪", "🇯🇵🇫🇷", "1️⃣", "❤️", "☕", "🧑‍🤝‍🧑", "🫠", "👍🏿", "⌚️", "🤷‍♀️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"]


def code_points(keep):
    return [c for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF and keep(c)]


class Corpus:
    def __init__(self, seed):
        self.random = random.Random(seed)
        category = lambda *names: code_points(lambda c: unicodedata.category(chr(c)) in names)
        self.marks = category("Mn", "Mc", "Me")
        self.numbers = category("Nd", "Nl", "No")
        self.controls = category("Cc", "Cf")
        self.letters = category("Lu", "Ll", "Lt", "Lm", "Lo")
        self.symbols = category("Sm", "Sc", "Sk", "So", "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po")
        self.decomposable = [c for c in self.letters if unicodedata.normalize("NFD", chr(c)) != chr(c)]

    def times(self, low, high, make):
        return "".join(make() for _ in range(self.random.randint(low, high)))

    def of(self, points):
        return chr(self.random.choice(points))

    def one(self, texts):
        return self.random.choice(texts)

    def word(self):
        word = self.one(WORDS)
        return self.one([word, word, word.lower(), word.upper(), word.title()])

    def prose(self):
        return " ".join(self.word() + self.one(["", "", "", ",", ".", "?", "!", ";", "...", " —"]) for _ in range(self.random.randint(2, 9)))

    def any_code_point(self):
        plane = self.one([0, 0, 0, 1, 1, 2, 3, 14, 15, 16])
        point = plane << 16 | self.random.randrange(0x10000)
        return chr(point) if not 0xD800 <= point <= 0xDFFF else "\ufffd"

    def planes(self):
        return self.times(1, 10, self.any_code_point)

    def script(self):
        start = self.random.randrange(len(self.letters))
        near = self.letters[max(0, start - 40):start + 40]
        return " ".join(self.times(1, 6, lambda: self.of(near)) for _ in range(self.random.randint(1, 3)))

    def combining(self):
        return self.times(1, 5, lambda: self.of(self.letters[:2000]) + self.times(0, 4, lambda: self.of(self.marks)))

    def decomposed(self):
        form = self.one(["NFD", "NFKD", "NFC"])
        return unicodedata.normalize(form, self.times(1, 6, lambda: self.one([self.of(self.decomposable), self.one("áéñöüĉṩệ각뷁")])))

    def digits(self):
        near = self.random.randrange(len(self.numbers))
        run = lambda: self.times(1, 8, lambda: self.of(self.numbers[near:near + 10]))
        return self.one(["", "a", "$", " "]) + run() + self.one(["", ".", ",", " ", "  ", "-", "x"]) + self.times(0, 7, lambda: self.one("0123456789"))

    def spaces(self):
        run = lambda: self.times(1, 5, lambda: self.one(SPACES))
        return self.one(["", "a", "1"]) + run() + self.one(["b", "2", ".", ""]) + run() + self.one(["", "c", "\n", "  \n  x"])

    def plain_spaces(self):
        run = lambda: self.times(0, 6, lambda: self.one([" ", " ", "\n", "\t", "\r\n"]))
        return run() + self.word() + run() + self.one(["7", "x", "--", "("]) + run()

    def control(self):
        return self.times(1, 6, lambda: self.one([self.of(self.controls), self.of(self.controls), "a", " "]))

    def contraction(self):
        return self.one(["", " ", "a "]) + self.word() + self.one(SUFFIXES) + self.one(["", " ", "x", "'s"]) + self.one(["", self.word()])

    def symbol(self):
        return self.times(1, 6, lambda: self.one([self.of(self.symbols), " ", "\n", self.one("!?.,;:-_/\\()[]{}@#%&*+=~^|<>")]))

    def code(self):
        return self.one(CODE + URLS + ENTITIES) + self.one(["", " ", "\n"]) + self.one(ENTITIES + URLS + ["", "x += 1"])

    def emoji(self):
        return self.times(1, 4, lambda: self.one(EMOJI) + self.one(["", "", " ", "!", "️", "\u200d"]))

    def title(self):
        number = self.random.randint(1, 4000)
        tail = self.one([f"({number})", f"- {number} Pack", f"{number / 10:.1f}\" x {number % 97}'", f"v{number % 9}.{number % 7}", f"№{number}", f"[{number % 100}ct]"])
        return f"{self.one(ADJECTIVES)} {self.one(ADJECTIVES)} {self.one(NOUNS)}, {self.word()} {tail}"

    def bytes_as_text(self):
        raw = self.random.randbytes(self.random.randint(1, 14))
        return raw.decode(self.one(["latin-1", "cp437"])) if self.random.random() < 0.6 else raw.decode("utf-8", "replace")

    def special(self):
        return self.times(1, 3, lambda: self.one(["", " ", "\n", "a", self.word()]) + self.one(SPECIAL))

    def long_word(self):
        size = self.one([40, 63, 64, 65, 66, 100, 200])
        unit = self.one(["a", "ab", "abc", "é", "中", " ", "\n", "=", "-=", "1", "🙂", "ſ", "th", "in", "\u0301", "\u200d", "لا"])
        mixed = "".join(self.one("aeioutnrsl") for _ in range(size))
        return self.one([(unit * size)[:size], mixed, unit + mixed + unit])

    def mixture(self):
        return self.one([self.prose, self.script, self.digits])()[:20] + self.one(["", " ", "\n"]) + self.one([self.emoji, self.symbol, self.spaces, self.special])()[:20]

    def strings(self, count):
        makers = [(self.prose, 9), (self.planes, 12), (self.script, 14), (self.combining, 8), (self.decomposed, 7), (self.digits, 8), (self.spaces, 8),
                  (self.plain_spaces, 6), (self.control, 3), (self.contraction, 7), (self.symbol, 6), (self.code, 3), (self.emoji, 4), (self.title, 8),
                  (self.bytes_as_text, 7), (self.special, 5), (self.long_word, 3), (self.mixture, 8)]
        weighted = [maker for maker, weight in makers for _ in range(weight)]
        seen = {""}
        found = ["", " ", "\n", "a", "'", "\u017f", "\x00", "\U0010ffff"]
        seen.update(found)
        while len(found) < count:
            text = self.one(weighted)()
            if text not in seen:
                seen.add(text)
                found.append(text)
        return found
