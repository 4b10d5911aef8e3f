"""What connects to another machine without HTTP, and which argument names it."""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.source.frameworks.base import Connects, Framework

_HOST: Final = Connects(0, ("host",))
_URL: Final = Connects(0, ("url",))
_DSN: Final = Connects(0, ("dsn", "host"))
_NAMED: Final = Connects(-1, ("host",))


class Connections(Framework):
    """Databases, caches, mail servers, directories and shells, by the host that they are given."""

    name = "connections"
    connects: ClassVar[dict[str, Connects]] = {
        "psycopg2.connect": Connects(0, ("dsn", "host", "hostaddr")),
        "psycopg.connect": Connects(0, ("conninfo", "host", "hostaddr")),
        "psycopg.Connection.connect": Connects(0, ("conninfo", "host", "hostaddr")),
        **dict.fromkeys(("asyncpg.connect", "asyncpg.create_pool", "aiopg.connect", "aiopg.create_pool"), _DSN),
        **dict.fromkeys(("MySQLdb.connect", "pymysql.connect", "aiomysql.connect", "asyncmy.connect"), _HOST),
        **dict.fromkeys(("aiomysql.create_pool", "asyncmy.create_pool", "mysql.connector.connect"), _NAMED),
        "pymssql.connect": Connects(0, ("server", "host")),
        **dict.fromkeys(("oracledb.connect", "cx_Oracle.connect"), Connects(2, ("dsn", "host"))),
        "clickhouse_connect.get_client": _NAMED,
        "clickhouse_driver.Client": _HOST,
        "trino.dbapi.connect": _HOST,
        **dict.fromkeys(("pymongo.Client", "pymongo.MongoClient"), _HOST),
        **dict.fromkeys(("sqlalchemy.create_engine", "sqlalchemy.ext.asyncio.create_async_engine"), _URL),
        **dict.fromkeys(("elasticsearch.Elasticsearch", "elasticsearch.AsyncElasticsearch"), Connects(0, ("hosts",))),
        "opensearchpy.OpenSearch": Connects(0, ("hosts",)),
        "redis.Redis": _HOST,
        **dict.fromkeys(("redis.from_url", "redis.Redis.from_url", "redis.asyncio.from_url"), _URL),
        "pika.ConnectionParameters": _HOST,
        "smtplib.SMTP": Connects(0, ("host", "hostname")),
        "smtplib.SMTP.connect": _HOST,
        "aiosmtplib.send": Connects(-1, ("hostname",)),
        **dict.fromkeys(("imaplib.IMAP4", "imaplib.IMAP4_SSL", "poplib.POP3", "poplib.POP3_SSL"), _HOST),
        **dict.fromkeys(("ftplib.FTP", "ftplib.FTP_TLS", "ftplib.FTP.connect", "ftplib.FTP_TLS.connect"), _HOST),
        "telnetlib.Telnet": _HOST,
        "ldap.initialize": Connects(0, ("uri",)),
        "ldap3.Server": _HOST,
        "paramiko.SSHClient.connect": Connects(0, ("hostname",)),
        "paramiko.Transport": Connects(0, ("sock",)),
        "asyncssh.connect": _HOST,
        "fabric.Connection": _HOST,
        **dict.fromkeys(
            ("socket.create_connection", "socket.socket.connect", "socket.socket.connect_ex"), Connects(0, ("address",))
        ),
        "asyncio.open_connection": _HOST,
    }
