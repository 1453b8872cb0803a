using System.Text.Json.Nodes;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Databases;

/// <summary>Clients that speak TLS with their server inside the tunnel: nothing of it can be read, nothing of it may be disturbed, and the recording says so.</summary>
public sealed class EncryptedTests(World world)
{
    private const string Note = "encrypted (TLS): from here on only the connection's times and bytes are recorded";

    public static TheoryData<string> Agents => [World.OurAgent, World.StockAgent];

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task Psql_with_sslmode_verify_full_works_and_is_on_record_as_encrypted(string agent)
    {
        await using var server = await PostgresServer.StartAsync(encrypted: true);
        var gateway = await world.GatewayAsync();
        await using var tunnel = await Tunnel.OpenAsync(await world.NodeAsync(agent), "localhost", server.Port);
        Command Sql(string mode, string text) => PostgresServer.Psql(tunnel.Port, "-c", text)
            .With(new Dictionary<string, string?> { ["PGSSLMODE"] = mode, ["PGSSLROOTCERT"] = server.Certificate!.File });

        Assert.Equal("t|TLSv1.3", (await Child.OutputOfAsync(Sql("verify-full", "select ssl, version from pg_stat_ssl where pid = pg_backend_pid()"))).Trim());
        var rows = await Child.OutputOfAsync(Sql("require", "select i, md5('unseen' || i::text) from generate_series(1, 20000) i"), within: Tunnel.BulkTime);
        Assert.Equal(20_000, rows.Count(c => c == '\n'));
        Assert.Equal("1", (await Child.OutputOfAsync(Sql("disable", "select 1 as in_clear"))).Trim());

        await CheckAsync(gateway, tunnel, "postgresql", rows.Length, "select 1 as in_clear");
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task Mysql_with_ssl_works_and_is_on_record_as_encrypted(string agent)
    {
        await using var server = await MariaDbServer.StartAsync(encrypted: true);
        var gateway = await world.GatewayAsync();
        await using var tunnel = await Tunnel.OpenAsync(await world.NodeAsync(agent), "localhost", server.Port);
        Command Sql(string text, params string[] options) => MariaDbServer.Mysql(tunnel.Port, ["-e", text, .. options]);

        Assert.Equal("Ssl_version\tTLSv1.3", (await Child.OutputOfAsync(Sql("show status like 'Ssl_version'", "--ssl", $"--ssl-ca={server.Certificate!.File}", "--ssl-verify-server-cert"))).Trim());
        var rows = await Child.OutputOfAsync(Sql("select seq, md5(concat('unseen', seq)) from seq_1_to_20000", "--ssl"), within: Tunnel.BulkTime);
        Assert.Equal(20_000, rows.Count(c => c == '\n'));
        Assert.Equal("1", (await Child.OutputOfAsync(Sql("select 1 as in_clear", "--skip-ssl"))).Trim());

        await CheckAsync(gateway, tunnel, "mysql", rows.Length, "select 1 as in_clear");
    }

    /// <summary>Two connections that are encrypted, and a third that is not.</summary>
    private static async Task CheckAsync(Gateway gateway, Tunnel tunnel, string protocol, int transferred, string inClear)
    {
        var lines = await RecordedEvents.UntilAsync(gateway, tunnel.Session, "the connections to be on record", lines => RecordedEvents.Of(lines, "flow").Count(flow => (string?)flow["event"] == "closed") == 3);
        var records = RecordedEvents.Of(lines, "statement");
        foreach (var connection in (long[])[1, 2])
        {
            var only = Assert.Single(records, record => (long?)record["connection"] == connection);
            Assert.Equal(("note", protocol, Note), ((string?)only["kind"], (string?)only["protocol"], (string?)only["reason"]));
            Assert.Null(only["user"]);
        }
        Assert.Contains(records, record => (long?)record["connection"] == 3 && (string?)record["text"] == inClear && (string?)record["outcome"] == "done");

        // The connections stay on record with all their bytes; the rows were the second's.
        var closed = RecordedEvents.Of(lines, "flow").Where(flow => (string?)flow["event"] == "closed").ToDictionary(flow => (long)flow["connection"]!);
        Assert.InRange((long)closed[2]["toClient"]!, transferred, 2 * transferred);
        Assert.All(closed.Values, flow => Assert.True((long)flow["toNode"]! > 100));
        Assert.DoesNotContain("unseen", string.Concat(lines.Select(line => line.ToJsonString())));

        // What a person reads of it.
        var text = await Child.OutputOfAsync(PosternPerson.Postern(gateway, "recordings", "export", tunnel.Session, "--format", "text"));
        Assert.Contains($"#1 note: {Note}\n", text);
        Assert.Matches(@"#2 closed after [0-9.]+ m?s, \d+ bytes to the node, \d+ to the client", text);
        var refused = await Child.RunAsync(PosternPerson.Postern(gateway, "recordings", "export", tunnel.Session));
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("has no screen", refused.Errors);
        await Deadline.UntilAsync("the notes in the index", async () =>
            (await Child.RunAsync(PosternPerson.Postern(gateway, "search", "encrypted TLS", "--session", tunnel.Session))).Output.Contains($"#2 note: {Note}", StringComparison.Ordinal));
    }
}
