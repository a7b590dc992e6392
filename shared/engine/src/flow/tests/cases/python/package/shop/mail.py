import os
import subprocess


class Mailer:
    def __init__(self, program):
        self.program = program

    def send(self, to, body):
        os.system(f"echo {body} | {self.program} {to}")  # CWE-78

    def send_safely(self, to, body):
        subprocess.run([self.program, "--", to], input=body, text=True, check=True)
