using Postern.Conformance.Support;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Databases;

/// <summary>psql and mysql against real servers, through a tunnel to a remote host.</summary>
public sealed class SqlTests(World world)
{
    public static TheoryData<string> Agents => [World.OurAgent, World.StockAgent];

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task Psql_reads_200_000_rows_cancels_and_connects_ten_times(string agent)
    {
        var server = await world.PostgresAsync();
        await using var tunnel = await Tunnel.OpenAsync(await world.NodeAsync(agent), "localhost", server.Port);
        Command Sql(string text) => PostgresServer.Psql(tunnel.Port, "-c", text);

        var rows = (await Child.OutputOfAsync(Sql("select i, md5(i::text) from generate_series(1, 200000) i"), within: Tunnel.BulkTime)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(200_000, rows.Length);
        Assert.StartsWith("200000|", rows[^1]);

        await using var slow = Child.Start(Sql("select pg_sleep(1000)"));
        var running = PostgresServer.Psql(tunnel.Port, "-c", "select count(*) from pg_stat_activity where query = 'select pg_sleep(1000)' and state = 'active'");
        await Deadline.UntilAsync("the query to run", async () => (await Child.OutputOfAsync(running)).Trim() == "1");
        slow.Signal(Native.SigInt);
        Assert.NotEqual(0, await slow.ExitAsync());
        Assert.Contains("canceling statement due to user request", slow.Errors.Text);

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Child.OutputOfAsync(Sql($"select {i} from pg_sleep(0.3)"))));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), answers.Select(answer => answer.Trim()));
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task Mysql_reads_200_000_rows_cancels_and_connects_ten_times(string agent)
    {
        var server = await world.MariaDbAsync();
        await using var tunnel = await Tunnel.OpenAsync(await world.NodeAsync(agent), "localhost", server.Port);
        Command Sql(string text) => MariaDbServer.Mysql(tunnel.Port, "-e", text);

        var rows = (await Child.OutputOfAsync(Sql("select seq, md5(seq) from seq_1_to_200000"), within: Tunnel.BulkTime)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(200_000, rows.Length);
        Assert.StartsWith("200000\t", rows[^1]);

        await using var slow = Child.Start(Sql("select sleep(1000)"));
        const string seek = "select id from information_schema.processlist where info = 'select sleep(1000)'";
        var id = "";
        await Deadline.UntilAsync("the query to run", async () => (id = (await Child.OutputOfAsync(Sql(seek))).Trim()).Length > 0);
        await Child.OutputOfAsync(Sql($"kill query {id}"));
        await slow.ExitAsync();
        Assert.Equal("", (await Child.OutputOfAsync(Sql(seek))).Trim());

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Child.OutputOfAsync(Sql($"select {i} + sleep(0.3)"))));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"{i}"), answers.Select(answer => answer.Trim().Split('.')[0]));
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task The_PostgreSQL_JDBC_driver_connects_reads_cancels_and_opens_ten_connections(string agent)
    {
        var server = await world.PostgresAsync();
        await using var tunnel = await Tunnel.OpenAsync(await world.NodeAsync(agent), "localhost", server.Port);
        await RunJavaAsync("postgresql.jar", $"jdbc:postgresql://127.0.0.1:{tunnel.Port}/{PostgresServer.Database}", PostgresServer.User, PostgresServer.Password,
            "select i, md5(i::text) from generate_series(1, 200000) i", "select pg_sleep(1000)");
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task The_MariaDB_JDBC_driver_connects_reads_cancels_and_opens_ten_connections(string agent)
    {
        var server = await world.MariaDbAsync();
        await using var tunnel = await Tunnel.OpenAsync(await world.NodeAsync(agent), "localhost", server.Port);
        await RunJavaAsync("mariadb-java-client.jar", $"jdbc:mariadb://127.0.0.1:{tunnel.Port}/{MariaDbServer.Database}", MariaDbServer.User, MariaDbServer.Password,
            "select seq, md5(seq) from seq_1_to_200000", "select sleep(1000)");
    }

    private static async Task RunJavaAsync(string jar, string url, string user, string password, string bulk, string slow)
    {
        var java = Repository.Require("java");
        var path = Path.Combine("/usr/share/java", jar);
        Assert.SkipUnless(File.Exists(path), $"{jar} is not installed (libpostgresql-jdbc-java, libmariadb-java)");
        var command = new Command(java, "-cp", path, Repository.Script("JdbcCheck.java"), url, user, bulk, slow)
        {
            Environment = new Dictionary<string, string?> { ["JDBC_PASSWORD"] = password },
        };
        var output = await Child.OutputOfAsync(command, within: Tunnel.BulkTime);
        Assert.Equal("connected\nrows 200000\ncancelled\nten connections\n", output);
    }
}
