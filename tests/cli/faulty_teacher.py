"""An OpenAI-compatible server on this machine for tests of `distill`: answers rightly about the data set of tiny_world, and fails as told.

    with Teacher(faults={0: cut_body, 3: status(429, "Retry-After: 1")}) as teacher: ... teacher.endpoint

A fault is given by the number of the request (from 0, in order of arrival) and is a function of the handler and the body of a good reply.
"""

import hashlib
import json
import re
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

STEP, ITEMS = 7, 40  # tiny_world: each user's next item is the last one plus STEP


def asked_about(prompt):
    """Last item of the history and candidate, as their titles tell."""
    history, candidate = prompt.split("\nCandidate:", 1)
    return int(re.findall(r"Title (\d+)", history)[-1]), int(re.match(r" Title (\d+)", candidate)[1])


def is_next(prompt):
    last, candidate = asked_about(prompt)
    return candidate == (last + STEP) % ITEMS


def words(prompt, count, salt):
    """Words that no other prompt has."""
    return " ".join(hashlib.sha256(f"{prompt}{salt}{n}".encode()).hexdigest()[:6] for n in range(count))


def rationale(prompt, salt=""):
    return (f"Initial reasoning: {words(prompt, 8, 'a' + salt)}. Self-check: {words(prompt, 8, 'b' + salt)}; confirmed. "
            f"Final conclusion: {words(prompt, 4, 'c' + salt)}.")


def right_answer(prompt, request):
    return f"{rationale(prompt, str(request.get('seed')))}\n<answer>{'yes' if is_next(prompt) else 'no'}</answer>"


def reply_of(text, finish="stop"):
    return {"id": "x", "object": "chat.completion", "model": "teacher",
            "choices": [{"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 40, "total_tokens": 140}}


def send(handler, body, status=200, content_type="application/json", headers=(), length=None):
    handler.send_response(status)
    handler.send_header("Content-Type", content_type)
    handler.send_header("Content-Length", str(len(body) if length is None else length))
    for line in headers:
        handler.send_header(*line.split(": ", 1))
    handler.end_headers()
    handler.wfile.write(body)


def status(code, *headers):
    return lambda handler, body: send(handler, b'{"error": {"message": "not now"}}', code, headers=headers)


def hang(handler, body):
    time.sleep(3)
    send(handler, body)


def broken_json(handler, body):
    send(handler, body[:-7])


def no_choices(handler, body):
    send(handler, b'{"choices": []}')


def cut_body(handler, body):
    send(handler, body[:40], length=len(body))


def cut_stream(handler, body):
    """Ends within a chunk."""
    handler.send_response(200)
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"1000\r\n" + body[:30])


def web_page(handler, body):
    send(handler, b"<html><body>Bad gateway</body></html>", content_type="text/html")


def event_stream(handler, body):
    send(handler, b"data: " + body + b"\n\ndata: [DONE]\n\n", content_type="text/event-stream")


def hang_up(handler, body):
    handler.connection.close()


def other_content_type(handler, body):
    """Odd, but a whole answer all the same."""
    send(handler, body, content_type="text/plain")


FAULTS = [hang, broken_json, no_choices, cut_body, cut_stream, web_page, event_stream, hang_up, status(500), status(503),
          status(408), other_content_type]


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            self.server.teacher.answer(self, body)
        except OSError:  # the client has gone
            pass

    def log_message(self, *arguments):
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass


class Teacher:
    def __init__(self, answer=right_answer, faults=None, default=None, delay=0.0):
        """`default` is what is done in place of a good reply; `answer` is given prompt and request."""
        self.write, self.faults, self.default, self.delay = answer, faults or {}, default, delay
        self.requests, self.headers, self.times = [], [], []
        self.lock = threading.Lock()

    def answer(self, handler, body):
        request = json.loads(body)
        with self.lock:
            number = len(self.requests)
            self.requests.append(request)
            self.headers.append(dict(handler.headers))
            self.times.append(time.monotonic())
        time.sleep(self.delay)
        text = self.write(request["messages"][-1]["content"], request)
        reply = json.dumps(text if isinstance(text, dict) else reply_of(text)).encode()
        fault = self.faults.get(number, self.default)
        fault(handler, reply) if fault else send(handler, reply)

    def prompts(self):
        return [request["messages"][-1]["content"] for request in self.requests]

    def __enter__(self):
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.teacher = self
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02})
        self.thread.start()
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}/v1"
        return self

    def __exit__(self, *error):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
