"""Time stamps by a real service: OpenSSL's."""

import subprocess

import pytest

from whosecopy.errors import InputError, IntegrityError
from whosecopy.tlog import checkpoint, stamp
from whosecopy.tlog.checkpoint import Checkpoint

POINT = Checkpoint("vault.example/log", 7, bytes(range(32)))
OTHER = Checkpoint("vault.example/log", 8, bytes(range(32)))

CONFIGURATION = """
[req]
distinguished_name = name
prompt = no
[name]
CN = unused
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
subjectKeyIdentifier = hash
[service]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = alone
[alone]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
[chain]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
certs = chain.pem
[refusing]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha512
ess_cert_id_alg = sha256
"""


class Service:
    """A time stamping service with a root, an authority between and a signer, in a folder of its own."""

    def __init__(self, home):
        home.mkdir()
        self.home = home
        (home / "tsa.cnf").write_text(CONFIGURATION)
        (home / "serial").write_text("01\n")
        self._certificate("root", None, "authority")
        self._certificate("middle", "root", "authority")
        self._certificate("signer", "middle", "service")
        (home / "chain.pem").write_bytes(self.pem("middle") + self.pem("root"))

    def pem(self, name):
        return (self.home / f"{name}.pem").read_bytes()

    def roots(self, *names):
        return [one for name in names for one in stamp.read_roots(self.pem(name))]

    def reply(self, request, section="chain"):
        (self.home / "request").write_bytes(request)
        key = ("-signer", "signer.pem", "-inkey", "signer.key")
        self._openssl("ts", "-reply", "-section", section, *key, "-queryfile", "request", "-out", "reply")
        return (self.home / "reply").read_bytes()

    def _certificate(self, name, issuer, extensions):
        self._openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"),
            *("-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem", "-extensions", extensions),
            *(("-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key") if issuer else ()),
        )

    def _openssl(self, *arguments):
        done = subprocess.run(
            ["openssl", *arguments, "-config", "tsa.cnf"], cwd=self.home, capture_output=True, check=False
        )
        assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    return Service(tmp_path_factory.mktemp("stamps") / "service")


@pytest.fixture(scope="module")
def stranger(tmp_path_factory):
    return Service(tmp_path_factory.mktemp("stamps") / "stranger")


def test_a_reply_with_its_chain_of_certificates_is_accepted(service):
    """In the order of the chain, which is not the order of DER."""
    for _ in range(3):
        made = stamp.verify(service.reply(stamp.request(POINT)), POINT, service.roots("root"))
        assert made.policy == "1.2.3.4.1"
        assert made.time.endswith("Z")
        assert made.serial > 1


def test_openssl_finds_reply_and_text_to_fit(service):
    """Another program, given the checkpoint's text and the reply that we accepted."""
    service.reply(stamp.request(POINT))
    (service.home / "text").write_text(checkpoint.encode(POINT))
    trust = ("-CAfile", "root.pem", "-untrusted", "middle.pem")
    done = subprocess.run(
        ["openssl", "ts", "-verify", "-data", "text", "-in", "reply", *trust],
        cwd=service.home,
        capture_output=True,
        check=False,
    )
    assert done.stdout == b"Verification: OK\n"


def test_a_reply_with_the_signer_alone_needs_the_authority_between(service):
    reply = service.reply(stamp.request(POINT), "alone")
    assert stamp.verify(reply, POINT, service.roots("root", "middle")).policy == "1.2.3.4.1"
    with pytest.raises(IntegrityError, match="not valid"):
        stamp.verify(reply, POINT, service.roots("root"))


def test_the_same_checkpoint_gives_the_same_request(service):
    assert stamp.request(POINT) == stamp.request(POINT)
    assert stamp.request(POINT) != stamp.request(OTHER)


def test_a_stamp_of_another_checkpoint_is_refused(service):
    reply = service.reply(stamp.request(OTHER))
    with pytest.raises(IntegrityError, match="not valid"):
        stamp.verify(reply, POINT, service.roots("root"))


def test_a_stamp_by_a_stranger_is_refused(service, stranger):
    reply = stranger.reply(stamp.request(POINT))
    with pytest.raises(IntegrityError, match="not valid"):
        stamp.verify(reply, POINT, service.roots("root"))


def test_a_refusal_of_the_service_is_no_stamp(service):
    reply = service.reply(stamp.request(POINT), "refusing")
    with pytest.raises(IntegrityError):
        stamp.verify(reply, POINT, service.roots("root"))


def test_without_trusted_certificates_nothing_is_accepted(service):
    with pytest.raises(IntegrityError, match="not valid"):
        stamp.verify(service.reply(stamp.request(POINT)), POINT, [])
    for data in (b"", b"no certificate", service.pem("root")[:-40]):
        with pytest.raises(InputError):
            stamp.read_roots(data)


def test_no_altered_reply_states_another_time(service):
    reply, roots = service.reply(stamp.request(POINT)), service.roots("root")
    said = stamp.verify(reply, POINT, roots)
    refused = 0
    for at in range(0, len(reply), 3):
        altered = bytearray(reply)
        altered[at] ^= 1 << at % 8
        try:
            assert stamp.verify(bytes(altered), POINT, roots) == said
        except IntegrityError:
            refused += 1
    assert refused > 100


def test_a_cut_off_or_lengthened_reply_is_refused(service):
    reply, roots = service.reply(stamp.request(POINT)), service.roots("root")
    for data in (b"", b"\x30", reply[:-1], reply[1:], reply + b"\0", *(reply[:n] for n in range(0, len(reply), 97))):
        with pytest.raises(IntegrityError):
            stamp.verify(data, POINT, roots)
