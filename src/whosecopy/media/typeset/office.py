"""The child process that sets DOCX on pages: one LibreOffice, kept running, to which every file is handed.

LibreOffice runs on a profile of its own, without macros, and updates no link. A second call of it with the same
profile hands its file to the first one, which stays because it has a document open.
"""

import os
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path

from whosecopy.errors import InputError
from whosecopy.media import standing
from whosecopy.media.sandbox import confine_self
from whosecopy.media.typeset import wire
from whosecopy.media.typeset.fields import held
from whosecopy.media.typeset.setter import office_program

_KEPT_OPEN = "open.txt"
_START_S = 60
_TICK_S = 0.02
_NULL = subprocess.DEVNULL
_STARTS = 3
_REFUSED = "{name}: LibreOffice cannot open it; open and save it again, or save it as PDF and seal that"
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
{items}
</oor:items>
"""
_ITEM = (
    '<item oor:path="/org.openoffice.Office.{path}">'
    '<prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
)
_VALUES = (
    ("Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Common/Misc", "FirstRun", "false"),
    ("Common/Save/Document", "AutoSave", "false"),
    ("Common/Filter/PDF/Export", "UseTaggedPDF", "true"),
    ("Common/Filter/PDF/Export", "ExportNotes", "false"),
    ("Recovery/RecoveryInfo", "Enabled", "false"),
    ("Writer/Content/Update", "Link", "2"),
)


def main(arguments: list[str]) -> None:
    """Confines itself, then sets one file after the other until nobody asks any more."""
    confine_self(arguments)
    with ExitStack() as stack:
        office = _Office(Path(stack.enter_context(tempfile.TemporaryDirectory())))
        stack.callback(office.stop)
        for job in standing.questions(sys.stdin.buffer, wire.Job):
            standing.send(sys.stdout.buffer, _reply(office, job))


def _reply(office: "_Office", job: wire.Job) -> wire.Reply:
    try:
        pdf = office.convert(held(job.data, job.name))
        return wire.answer(job, _impersonal(pdf)) if pdf else wire.Reply(error=_REFUSED.format(name=job.name))
    except InputError as error:
        return wire.Reply(error=" ".join(str(error).split()))
    except Exception as error:
        return wire.Reply(error=f"{job.name}: LibreOffice does not set it on pages ({type(error).__name__})")


class _Office:
    """A LibreOffice that stays, in the folder `home`."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None
        self._environment = {**os.environ, "HOME": str(home), "TMPDIR": str(home), "SAL_USE_VCLPLUGIN": "svp"}
        inner = Path(office_program()).resolve().parent / "soffice.bin"
        self._program = str(inner) if inner.exists() else office_program()
        self._source, self._made = home / "document.docx", home / "out" / "document.pdf"
        (home / "profile" / "user").mkdir(parents=True)
        items = "\n".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in _VALUES)
        (home / "profile" / "user" / "registrymodifications.xcu").write_text(_SETTINGS.format(items=items))
        (home / _KEPT_OPEN).write_text("\n")

    def convert(self, data: bytes) -> bytes:
        """The PDF of a document; empty where LibreOffice makes none. A crash is survived once."""
        self._source.write_bytes(data)
        for _ in range(2):
            self._made.unlink(missing_ok=True)
            self._start()
            call = ["--convert-to", "pdf:writer_pdf_Export", "--outdir", str(self._made.parent), str(self._source)]
            sound = self._call(*call).wait() == 0
            if sound and self._made.exists():
                return self._made.read_bytes()
            if sound and self._running():
                break
            self.stop()
        return b""

    def stop(self) -> None:
        """Ends LibreOffice."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def _running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _start(self) -> None:
        """Starts LibreOffice where it does not run, and waits until it has its document open.

        A first start may end after it has made the profile.
        """
        ready = self._home / f".~lock.{_KEPT_OPEN}#"
        for _ in range(_STARTS):
            if self._running():
                return
            ready.unlink(missing_ok=True)
            self._process = self._call("--norestore", str(self._home / _KEPT_OPEN))
            until = time.monotonic() + _START_S
            while self._running() and not ready.exists() and time.monotonic() < until:
                time.sleep(_TICK_S)

    def _call(self, *arguments: str) -> "subprocess.Popen[bytes]":
        profile = f"-env:UserInstallation={(self._home / 'profile').as_uri()}"
        command = [self._program, "--headless", "--nologo", "--nodefault", profile, *arguments]
        return subprocess.Popen(command, stdin=_NULL, stdout=_NULL, stderr=_NULL, env=self._environment)


def _impersonal(pdf: bytes) -> bytes:
    """The same pages without dates and identifiers of this very conversion."""
    import pikepdf

    with pikepdf.open(BytesIO(pdf)) as opened:
        for key in ("/CreationDate", "/ModDate", "/Producer"):
            if key in opened.docinfo:
                del opened.docinfo[key]
        for place, key in ((opened.Root, "/Metadata"), (opened.trailer, "/ID"), (opened.trailer, "/DocChecksum")):
            if key in place:
                del place[key]
        saved = BytesIO()
        opened.save(saved, static_id=True)
    return saved.getvalue()


if __name__ == "__main__":
    main(sys.argv[1:])
