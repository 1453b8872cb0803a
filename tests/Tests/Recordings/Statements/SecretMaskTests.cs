using Postern.Server.Recordings.Statements;

namespace Postern.Tests.Recordings.Statements;

public sealed class SecretMaskTests
{
    [Theory]
    [InlineData("ALTER USER a PASSWORD 'secret'", "ALTER USER a PASSWORD '***'")]
    [InlineData("create role a encrypted password 'se''cret' login", "create role a encrypted password '***' login")]
    [InlineData("ALTER USER a PASSWORD E'se\\'cret' VALID UNTIL 'tomorrow'", "ALTER USER a PASSWORD E'***' VALID UNTIL 'tomorrow'")]
    [InlineData("ALTER USER a PASSWORD $$secret$$", "ALTER USER a PASSWORD '***'")]
    [InlineData("ALTER USER a PASSWORD $x$sec$$ret$x$; select 'b'", "ALTER USER a PASSWORD '***'; select 'b'")]
    [InlineData("ALTER USER a PASSWORD /* don't */ 'secret'", "ALTER USER a PASSWORD /* don't */ '***'")]
    [InlineData("/* /* it's */ nested */ ALTER USER a PASSWORD 'secret'", "/* /* it's */ nested */ ALTER USER a PASSWORD '***'")]
    [InlineData("ALTER USER a PASSWORD -- don't\n 'secret'", "ALTER USER a PASSWORD -- don't\n '***'")]
    [InlineData("ALTER USER a PASSWORD 'secre", "ALTER USER a PASSWORD '***'")]
    [InlineData("CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'b', password 'secret')", "CREATE USER MAPPING FOR a SERVER s OPTIONS (user 'b', password '***')")]
    [InlineData("select * from u where name = 'a' and password = 'secret' and x = 'y'", "select * from u where name = 'a' and password = '***' and x = 'y'")]
    [InlineData("select * from u where \"Password\" = 'secret'", "select * from u where \"Password\" = '***'")]
    [InlineData("CREATE SUBSCRIPTION s CONNECTION 'host=db password=secret user=a' PUBLICATION p", "CREATE SUBSCRIPTION s CONNECTION 'host=db password=*** user=a' PUBLICATION p")]
    [InlineData("select dblink('postgres://a:secret@db/x', 'select 1')", "select dblink('postgres://a:***@db/x', 'select 1')")]
    [InlineData("copy t from 's3://b' credentials 'aws_secret_access_key=secret'", "copy t from 's3://b' credentials '***'")]
    [InlineData("select 'password' as label, 'open'", "select 'password' as label, 'open'")]
    [InlineData("insert into u (name, password_hint) values ('a', 'b')", "insert into u (name, password_hint) values ('a', 'b')")]
    [InlineData("DO $$ BEGIN CREATE ROLE app LOGIN PASSWORD 'secret'; END $$", "DO $$ BEGIN CREATE ROLE app LOGIN PASSWORD '***'; END $$")]
    [InlineData("DO $$ BEGIN CREATE ROLE app LOGIN PASSWORD 'secret'; END", "DO $$ BEGIN CREATE ROLE app LOGIN PASSWORD '***'; END")]
    [InlineData("DO $$ BEGIN EXECUTE 'ALTER ROLE a PASSWORD ''secret'' LOGIN'; END $$", "DO $$ BEGIN EXECUTE 'ALTER ROLE a PASSWORD ''***'' LOGIN'; END $$")]
    [InlineData("create function f() returns void as $f$ begin execute $x$alter role a password 'secret'$x$; end $f$", "create function f() returns void as $f$ begin execute $x$alter role a password '***'$x$; end $f$")]
    [InlineData("EXECUTE E'ALTER ROLE a PASSWORD \\'secret\\''", "EXECUTE E'ALTER ROLE a PASSWORD ''***'''")]
    [InlineData("EXECUTE 'ALTER ROLE a PASSWORD ' || quote_literal('secret') || ' LOGIN'; select 'x'", "EXECUTE 'ALTER ROLE a PASSWORD ' || quote_literal('***') || '***'; select 'x'")]
    [InlineData("EXECUTE format('ALTER ROLE %I PASSWORD %L', 'a', 'secret')", "EXECUTE format('ALTER ROLE %I PASSWORD %L', '***', '***')")]
    [InlineData("select dblink('select ''host=db password=secret''')", "select dblink('select ''host=db password=***''')")]
    [InlineData("select connect('Server=db;Uid=a;Pwd=secret;')", "select connect('Server=db;Uid=a;Pwd=***;')")]
    [InlineData("select get('host/?token=secret&x=1')", "select get('host/?token=***&x=1')")]
    [InlineData("insert into audit values ('reset the password', 'anna')", "insert into audit values ('reset the password', 'anna')")]
    [InlineData("select 1", "select 1")]
    public void PostgreSQL(string text, string expected) => Assert.Equal(expected, SecretMask.Apply(text, SqlDialect.Postgres));

    [Theory]
    [InlineData("CREATE USER 'a'@'%' IDENTIFIED BY 'secret', 'b'@'%' IDENTIFIED BY \"other\"", "CREATE USER 'a'@'%' IDENTIFIED BY '***', 'b'@'%' IDENTIFIED BY '***'")]
    [InlineData("ALTER USER a IDENTIFIED WITH mysql_native_password BY 'secret' REPLACE 'old'", "ALTER USER a IDENTIFIED WITH mysql_native_password BY '***' REPLACE '***'")]
    [InlineData("ALTER USER a IDENTIFIED VIA ed25519 USING PASSWORD('secret')", "ALTER USER a IDENTIFIED VIA ed25519 USING PASSWORD('***')")]
    [InlineData("SET PASSWORD FOR 'a'@'%' = PASSWORD('secret')", "SET PASSWORD FOR 'a'@'%' = PASSWORD('***')")]
    [InlineData("set password = 'se\\'cret'", "set password = '***'")]
    [InlineData("CHANGE MASTER TO MASTER_HOST='h', MASTER_PASSWORD='secret', MASTER_PORT=1", "CHANGE MASTER TO MASTER_HOST='h', MASTER_PASSWORD='***', MASTER_PORT=1")]
    [InlineData("CREATE USER a /*!50000 IDENTIFIED BY 'secret' */", "CREATE USER a /*!50000 IDENTIFIED BY '***' */")]
    [InlineData("# don't\nset password = 'secret'", "# don't\nset password = '***'")]
    [InlineData("select 1--'1', password='secret'", "select 1--'1', password='***'")]
    [InlineData("PREPARE s FROM 'CREATE USER a IDENTIFIED BY ''secret'''", "PREPARE s FROM 'CREATE USER a IDENTIFIED BY ''***'''")]
    [InlineData("PREPARE s FROM 'CREATE USER a IDENTIFIED BY \\'secret\\''", "PREPARE s FROM 'CREATE USER a IDENTIFIED BY ''***'''")]
    [InlineData("PREPARE s FROM \"SET PASSWORD = 'secret'\"", "PREPARE s FROM \"SET PASSWORD = '***'\"")]
    [InlineData("set @s = concat('ALTER USER a IDENTIFIED BY ''', 'secret', '''')", "set @s = concat('ALTER USER a IDENTIFIED BY ''***''', '***', '***')")]
    public void MySQL(string text, string expected) => Assert.Equal(expected, SecretMask.Apply(text, SqlDialect.MySql));

    [Fact]
    public void Literals_too_deep_to_be_read_are_masked_whole()
    {
        var text = "ALTER ROLE a PASSWORD 'secret'";
        for (var depth = 0; depth < 8; depth++)
            text = $"EXECUTE '{text.Replace("'", "''")}'";
        Assert.DoesNotContain("secret", SecretMask.Apply(text, SqlDialect.Postgres));
        Assert.DoesNotContain("secret", SecretMask.Apply(text, SqlDialect.MySql));
    }

    [Theory]
    [InlineData(false), InlineData(true)]
    public void Any_text_within_a_literal_is_read_without_error_and_what_follows_it_is_masked(bool isMySql)
    {
        var dialect = isMySql ? SqlDialect.MySql : SqlDialect.Postgres;
        string[] parts = ["'", "''", "\"", "\\", "$$", "$a$", "$", "PASSWORD ", "IDENTIFIED BY ", "pwd=", "://a:b@", "--", "\n", "/*", "*/", "/*!", ",", ";", "=", "||", "E", "format(", " x ", "%L"];
        var random = new Random(1);
        for (var round = 0; round < 5000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(1, 40)).Select(_ => parts[random.Next(parts.Length)]));
            Assert.NotEmpty(SecretMask.Apply(text, dialect));
            var literal = (dialect == SqlDialect.MySql ? text.Replace("\\", "\\\\") : text).Replace("'", "''");
            Assert.DoesNotContain("hunter2", SecretMask.Apply($"select '{literal}'; ALTER USER a PASSWORD 'hunter2'", dialect));
        }
    }

    [Fact]
    public void What_a_server_says_about_a_statement_with_a_secret_is_not_kept()
    {
        var records = new List<StatementRecord>();
        var journal = new StatementJournal("mysql", 1, records.Add, new StatementMemory(StatementBudget.OfSession()));
        var statement = journal.Begin(StatementKind.Query, SqlText.Of("set password = 'secret' x"u8, 25, SqlDialect.MySql), 0);
        statement.Fail("1064", "near 'secret' x'");
        journal.End(statement, 1);
        Assert.DoesNotContain("secret'", System.Text.Encoding.UTF8.GetString(records.Single().ToJson()));
        Assert.Equal("1064", records.Single().Code);
    }
}
