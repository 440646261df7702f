"""Small programs that stand where Go, Docker or a LiveKit server would be on PATH."""

from pathlib import Path

from contract.versions import LIVEKIT_SERVER

VERSION = LIVEKIT_SERVER.version


def program(path: Path, script: str) -> Path:
    """Write a shell script that can be started."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def server(path: Path, *, version: str = VERSION) -> Path:
    """Write what says that it is LiveKit server."""
    return program(path, f"echo livekit-server version {version}")


def go(path: Path, *, version: str = "go1.26.8", log: Path, built: str = VERSION) -> Path:
    """Write a Go that builds a server at once and notes every build in a file."""
    return program(
        path,
        f"""
case "$1" in
  env) echo {version} ;;
  install)
    echo "$@" >> {log}
    echo github.com/livekit/protocol >&2
    printf '#!/bin/sh\\necho livekit-server version {built}\\n' > "$GOBIN/server"
    chmod 755 "$GOBIN/server" ;;
esac""",
    )


def broken_go(path: Path) -> Path:
    """Write a Go that is new enough and cannot reach its modules."""
    return program(
        path,
        'case "$1" in env) echo go1.27.3 ;; *) echo "dial tcp: no route to host" >&2; exit 1 ;; esac',
    )


def docker(path: Path, *, image: Path) -> Path:
    """Write a Docker that knows one image, whose server is a file."""
    return program(path, f'case "$1" in create) echo c0ffee ;; cp) cp {image} "$3" ;; rm) echo c0ffee ;; esac')
