"""The server's settings: small, quick on two cores, and as durable as Postgres is."""

HBA = """\
host all all 127.0.0.1/32 scram-sha-256
host all all ::1/128 scram-sha-256
"""


def settings(*, port: int, durable: bool) -> str:
    """The whole configuration file; nothing of it is tuned by hand elsewhere."""
    values: dict[str, str | float] = {
        "listen_addresses": "127.0.0.1",
        "port": port,
        "unix_socket_directories": "",  # a long path would not fit, and nobody needs it
        "max_connections": 200,
        "password_encryption": "scram-sha-256",
        "shared_buffers": "128MB",
        "fsync": "on" if durable else "off",
        "synchronous_commit": "on",
        "wal_compression": "on",
        "max_wal_size": "1GB",
        "checkpoint_timeout": "15min",
        "jit": "off",
        "random_page_cost": 1.1,
        "deadlock_timeout": "200ms",
        "autovacuum_naptime": "15s",  # outboxes turn over quickly
        # A client that vanished loses its locks and its leadership within seconds.
        "tcp_keepalives_idle": 5,
        "tcp_keepalives_interval": 2,
        "tcp_keepalives_count": 3,
        "client_connection_check_interval": "5s",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_checkpoints": "off",
        "log_line_prefix": "%m [%p] %q%u@%d ",
        # A failing statement's text, parameters and details hold phone numbers and words of people.
        "log_error_verbosity": "terse",
        "log_min_error_statement": "panic",
        "log_parameter_max_length": 0,
        "log_parameter_max_length_on_error": 0,
    }
    return "".join(f"{key} = {_quoted(value)}\n" for key, value in values.items())


def _quoted(value: str | float) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)
