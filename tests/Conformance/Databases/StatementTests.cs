using System.Net.Sockets;
using System.Text.Json.Nodes;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Databases;

/// <summary>What the recording of a tunnel says of the statements that real clients sent to real servers through it.</summary>
public sealed class StatementTests(World world)
{
    public static TheoryData<string> Agents => [World.OurAgent, World.StockAgent];

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task What_psql_does_is_on_record(string agent)
    {
        var server = await world.PostgresAsync();
        var gateway = await world.GatewayAsync();
        await using var tunnel = await Tunnel.OpenAsync(await world.NodeAsync(agent), "localhost", server.Port);
        await Child.OutputOfAsync(PostgresServer.Psql(tunnel.Port), """
            \set ON_ERROR_STOP 0
            create temporary table recorded (id int primary key, name text);
            insert into recorded values (1, 'one'), (2, 'two');
            select 1\; select 2\; update recorded set name = 'x';
            \copy recorded from stdin
            3	three
            4	four
            \.
            copy recorded to stdout;
            select * from missing;
            insert into recorded values (1, 'again');
            alter role demo password 'for-tests-only';
            """);
        await using var slow = Child.Start(PostgresServer.Psql(tunnel.Port, "-c", "select pg_sleep(1000)"));
        var running = PostgresServer.Psql(tunnel.Port, "-c", "select count(*) from pg_stat_activity where query = 'select pg_sleep(1000)' and state = 'active'");
        await Deadline.UntilAsync("the query to run", async () => (await Child.OutputOfAsync(running)).Trim() != "0");
        slow.Signal(Native.SigInt);
        await slow.ExitAsync();

        var records = await RecordsAsync(gateway, tunnel.Session, records => records.Any(record => Is(record, "select pg_sleep(1000)", "failed")));
        Assert.Equal(
        [
            "create temporary table recorded (id int primary key, name text); done ",
            "insert into recorded values (1, 'one'), (2, 'two'); done 2",
            "select 1; select 2; update recorded set name = 'x'; done 4",
            "COPY  recorded FROM STDIN  done 2",
            "copy recorded to stdout; done 4",
            "select * from missing; failed 42P01",
            "insert into recorded values (1, 'again'); failed 23505",
            "alter role demo password '***'; done ",
        ], Statements(records, connection: 1));
        var cancelled = records.Single(record => Is(record, "select pg_sleep(1000)", "failed"));
        Assert.Equal("57014", (string?)cancelled["code"]);
        Assert.Contains(records, record => (string?)record["kind"] == "cancel" && (long?)record["cancels"] == (long?)cancelled["connection"]);
        Assert.All(records.Where(record => (string?)record["kind"] == "query"), record => Assert.Equal((PostgresServer.User, PostgresServer.Database), ((string?)record["user"], (string?)record["database"])));
        Assert.DoesNotContain(records, record => record.ToJsonString().Contains(PostgresServer.Password, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task What_mysql_does_is_on_record(string agent)
    {
        var server = await world.MariaDbAsync();
        var gateway = await world.GatewayAsync();
        await using var tunnel = await Tunnel.OpenAsync(await world.NodeAsync(agent), "localhost", server.Port);
        await Child.RunAsync(MariaDbServer.Mysql(tunnel.Port, "--force"), """
            create temporary table recorded (id int primary key, name text);
            insert into recorded values (1, 'one'), (2, 'two');
            select * from recorded;
            select * from missing;
            delimiter //
            select 1; select 2; update recorded set name = 'x'//
            delimiter ;
            set password = password('for-tests-only');
            select 'the last';
            """);
        var records = await RecordsAsync(gateway, tunnel.Session, records => records.Any(record => Is(record, "select 'the last'", "done")));
        Assert.Equal(
        [
            "create temporary table recorded (id int primary key, name text) done 0",
            "insert into recorded values (1, 'one'), (2, 'two') done 2",
            "select * from recorded done 2",
            "select * from missing failed 1146",
            "select 1; select 2; update recorded set name = 'x' done 4",
            "set password = password('***') done 0",
            "select 'the last' done 1",
        ], Statements(records, connection: 1));
    }

    /// <summary>Much more than is kept of one. AWS's agent takes minutes for so much.</summary>
    [Theory]
    [InlineData("postgresql")]
    [InlineData("mysql")]
    public async Task Of_a_huge_statement_the_beginning_is_on_record_and_how_long_it_was(string kind)
    {
        const int Length = 12_000_000;
        var postgres = kind == "postgresql";
        var port = postgres ? (await world.PostgresAsync()).Port : (await world.MariaDbAsync()).Port;
        var gateway = await world.GatewayAsync();
        await using var tunnel = await Tunnel.OpenAsync(await world.NodeAsync(World.OurAgent), "localhost", port);
        var statement = $"select length('{new string('a', Length)}')";
        var answer = await Child.OutputOfAsync(postgres ? PostgresServer.Psql(tunnel.Port) : MariaDbServer.Mysql(tunnel.Port, "--max-allowed-packet=64M"), statement + ";\n", within: Tunnel.BulkTime);
        Assert.Equal($"{Length}", answer.Trim());
        await Child.OutputOfAsync(postgres ? PostgresServer.Psql(tunnel.Port, "-c", "select 'after'") : MariaDbServer.Mysql(tunnel.Port, "-e", "select 'after'"));

        var records = await RecordsAsync(gateway, tunnel.Session, records => records.Any(record => Is(record, "select 'after'", "done")));
        var huge = records.Single(record => (bool?)record["cut"] == true && (string?)record["outcome"] == "done");
        var sent = statement.Length + (postgres ? 1 : 0); // psql sends the semicolon, too
        Assert.Equal((sent, 1), ((long)huge["bytes"]!, (long)huge["rows"]!));
        Assert.InRange(((string)huge["text"]!).Length, 60_000, 64 * 1024);
        Assert.StartsWith("select length('aaaa", (string)huge["text"]!);
        Assert.Contains($"… (cut: its beginning, of {sent} bytes) → done, 1 row, ", await Child.OutputOfAsync(PosternPerson.Postern(gateway, "recordings", "export", tunnel.Session, "--format", "text")));
    }

    [Fact]
    public async Task What_a_server_ended_and_what_is_no_database_s_is_on_record_as_that()
    {
        var server = await world.PostgresAsync();
        var gateway = await world.GatewayAsync();
        await using var tunnel = await Tunnel.OpenAsync(await world.NodeAsync(World.OurAgent), "localhost", server.Port);
        await using var slow = Child.Start(PostgresServer.Psql(tunnel.Port, "-c", "select pg_sleep(1001)"));
        var end = PostgresServer.Psql(tunnel.Port, "-c", "select count(pg_terminate_backend(pid)) from pg_stat_activity where query = 'select pg_sleep(1001)' and state = 'active'");
        await Deadline.UntilAsync("the query to run", async () => (await Child.OutputOfAsync(end)).Trim() == "1");
        await slow.ExitAsync();
        using var stranger = new TcpClient("127.0.0.1", tunnel.Port);
        await stranger.GetStream().WriteAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        const string foreign = "neither PostgreSQL nor MySQL: from here on only the connection's times and bytes are recorded";
        var records = await RecordsAsync(gateway, tunnel.Session, records => records.Any(record => (string?)record["reason"] == foreign));
        var ended = records.Single(record => Is(record, "select pg_sleep(1001)", "failed"));
        Assert.Equal("57P01", (string?)ended["code"]);
    }

    [Theory]
    [InlineData("postgresql.jar", "failed 23505")]
    [InlineData("mariadb-java-client.jar", "failed 1062")]
    public async Task What_a_JDBC_driver_does_is_on_record(string jar, string failure)
    {
        var java = Repository.Require("java");
        var path = Path.Combine("/usr/share/java", jar);
        Assert.SkipUnless(File.Exists(path), $"{jar} is not installed (libpostgresql-jdbc-java, libmariadb-java)");
        var postgres = jar.StartsWith("postgresql", StringComparison.Ordinal);
        var port = postgres ? (await world.PostgresAsync()).Port : (await world.MariaDbAsync()).Port;
        var gateway = await world.GatewayAsync();
        await using var tunnel = await Tunnel.OpenAsync(await world.NodeAsync(World.OurAgent), "localhost", port);
        var url = postgres ? $"jdbc:postgresql://127.0.0.1:{tunnel.Port}/{PostgresServer.Database}?sslmode=disable"
            : $"jdbc:mariadb://127.0.0.1:{tunnel.Port}/{MariaDbServer.Database}?useServerPrepStmts=true&allowMultiQueries=true";
        await Child.OutputOfAsync(new Command(java, "-cp", path, Repository.Script("JdbcStatements.java"), url, PostgresServer.User)
        {
            Environment = new Dictionary<string, string?> { ["JDBC_PASSWORD"] = PostgresServer.Password },
        });

        var records = await RecordsAsync(gateway, tunnel.Session, records => records.Any(record => Is(record, "drop table jdbc_items", "done")));
        Assert.Equal(12, records.Count(record => ((string?)record["text"])?.StartsWith("insert into jdbc_items values (?") == true || ((string?)record["text"])?.StartsWith("insert into jdbc_items values ($") == true));
        Assert.Equal(7, records.Where(record => ((string?)record["text"])?.StartsWith("select id, name from jdbc_items") == true).Sum(record => (long?)record["rows"]));
        Assert.Contains($"insert into jdbc_items values (1, 'again') {failure}", Statements(records, connection: 1));
    }

    private static bool Is(JsonNode record, string text, string outcome) => (string?)record["text"] == text && (string?)record["outcome"] == outcome;

    private static IEnumerable<string> Statements(List<JsonNode> records, long connection) => records
        .Where(record => (long?)record["connection"] == connection && (string?)record["kind"] is not ("connect" or "note") && (string?)record["outcome"] != "running")
        .Select(record => $"{record["text"]} {record["outcome"]} {record["code"] ?? record["rows"]}");

    /// <summary>The statements on record so far, once the last expected is among them.</summary>
    private static async Task<List<JsonNode>> RecordsAsync(Gateway gateway, string session, Func<List<JsonNode>, bool> complete)
        => RecordedEvents.Of(await RecordedEvents.UntilAsync(gateway, session, "the statements to be on record", lines => complete(RecordedEvents.Of(lines, "statement"))), "statement");
}
