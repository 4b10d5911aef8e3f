"""What connects to another machine without HTTP, and which argument names it."""

from __future__ import annotations

from typing import ClassVar, Final

from archwright.source.frameworks.base import Framework, Given

_HOST: Final = Given(0, ("host",))
_URL: Final = Given(0, ("url",))
_DSN: Final = Given(0, ("dsn", "host"))
_NAMED: Final = Given(-1, ("host",))


class Connections(Framework):
    """Databases, caches, mail servers, directories and shells, by the host that they are given."""

    name = "connections"
    connects: ClassVar[dict[str, Given]] = {
        "psycopg2.connect": Given(0, ("dsn", "host", "hostaddr")),
        "psycopg.connect": Given(0, ("conninfo", "host", "hostaddr")),
        "psycopg.Connection.connect": Given(0, ("conninfo", "host", "hostaddr")),
        **dict.fromkeys(("asyncpg.connect", "asyncpg.create_pool", "aiopg.connect", "aiopg.create_pool"), _DSN),
        **dict.fromkeys(("MySQLdb.connect", "pymysql.connect", "aiomysql.connect", "asyncmy.connect"), _HOST),
        **dict.fromkeys(("aiomysql.create_pool", "asyncmy.create_pool", "mysql.connector.connect"), _NAMED),
        "pymssql.connect": Given(0, ("server", "host")),
        **dict.fromkeys(("oracledb.connect", "cx_Oracle.connect"), Given(2, ("dsn", "host"))),
        "clickhouse_connect.get_client": _NAMED,
        "clickhouse_driver.Client": _HOST,
        "trino.dbapi.connect": _HOST,
        **dict.fromkeys(("pymongo.Client", "pymongo.MongoClient"), _HOST),
        **dict.fromkeys(("sqlalchemy.create_engine", "sqlalchemy.ext.asyncio.create_async_engine"), _URL),
        **dict.fromkeys(("elasticsearch.Elasticsearch", "elasticsearch.AsyncElasticsearch"), Given(0, ("hosts",))),
        "opensearchpy.OpenSearch": Given(0, ("hosts",)),
        "peewee.Database": _NAMED,
        "redis.Redis": _HOST,
        **dict.fromkeys(("redis.from_url", "redis.Redis.from_url", "redis.asyncio.from_url"), _URL),
        "pika.ConnectionParameters": _HOST,
        "smtplib.SMTP": Given(0, ("host", "hostname")),
        "smtplib.SMTP.connect": _HOST,
        "aiosmtplib.send": Given(-1, ("hostname",)),
        **dict.fromkeys(("imaplib.IMAP4", "imaplib.IMAP4_SSL", "poplib.POP3", "poplib.POP3_SSL"), _HOST),
        **dict.fromkeys(("ftplib.FTP", "ftplib.FTP_TLS", "ftplib.FTP.connect", "ftplib.FTP_TLS.connect"), _HOST),
        "telnetlib.Telnet": _HOST,
        "ldap.initialize": Given(0, ("uri",)),
        "ldap3.Server": _HOST,
        "paramiko.SSHClient.connect": Given(0, ("hostname",)),
        "paramiko.Transport": Given(0, ("sock",)),
        "asyncssh.connect": _HOST,
        "fabric.Connection": _HOST,
        **dict.fromkeys(
            ("socket.create_connection", "socket.socket.connect", "socket.socket.connect_ex"), Given(0, ("address",))
        ),
        "asyncio.open_connection": _HOST,
    }
