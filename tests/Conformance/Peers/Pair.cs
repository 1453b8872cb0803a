using System.Text.Json.Nodes;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Peers;

/// <summary>Two gateways on one PostgreSQL. The node is connected to the second.</summary>
internal sealed class Pair : IAsyncDisposable
{
    private readonly Stack<IAsyncDisposable> _owned = new();
    private string[] _shared = [];
    private PostgresServer _database = null!;

    private Pair() { }

    public Gateway First { get; private set; } = null!;
    public Gateway Second { get; private set; } = null!;
    public Node Node { get; private set; } = null!;

    public static async Task<Pair> StartAsync(params string[] options)
    {
        var pair = new Pair();
        try
        {
            pair._database = pair.Own(await PostgresServer.StartAsync());
            pair._shared = ["--database", pair._database.ConnectionString, .. options];
            pair.First = pair.Own(await Gateway.StartAsync([.. pair._shared, "--name", "first"]));
            pair.Second = await pair.BesideAsync("second");
            pair.Node = pair.Own(await OurNode.StartAsync(pair.Second));
            return pair;
        }
        catch
        {
            await pair.DisposeAsync();
            throw;
        }
    }

    /// <summary>One more gateway.</summary>
    public async Task<Gateway> BesideAsync(string name) => Own(await Gateway.StartBesideAsync(First, [.. _shared, "--name", name]));

    /// <summary>What the database says to a statement, as psql prints it.</summary>
    public Task<string> SqlAsync(string sql) => Child.OutputOfAsync(PostgresServer.Psql(_database.Port, "-c", sql));

    /// <summary>A shell opened at a gateway, and its session's id; whatever it is asked to show, its prompt stands there.</summary>
    public async Task<(TerminalProcess Shell, string Id)> OpenAsync(Gateway gateway)
    {
        var before = await First.Api.ActiveSessionsAsync();
        // The session's stream leads to the gateway that has the node: both must be trusted.
        var shell = TerminalProcess.Start(Postern(gateway, "start", Node.Id));
        await shell.SeesAsync(@"[$#] ");
        return (shell, (await First.Api.ActiveSessionsAsync()).Except(before).Single());
    }

    /// <summary>`postern` at a gateway; it trusts both.</summary>
    public Command Postern(Gateway gateway, params string[] arguments)
    {
        var bundle = Path.Combine(First.Folder, "both.pem");
        if (!File.Exists(bundle))
            File.WriteAllText(bundle, File.ReadAllText(First.CaFile) + File.ReadAllText(Second.CaFile));
        return PosternPerson.Postern(gateway, arguments).With(new Dictionary<string, string?> { ["AWS_CA_BUNDLE"] = bundle });
    }

    public Task<string> OutputAsync(Gateway gateway, params string[] arguments) => Child.OutputOfAsync(Postern(gateway, arguments));

    /// <summary>Entries of the audit log, which both write, by the names of their events; oldest first.</summary>
    public async Task<IReadOnlyList<JsonNode>> AuditAsync(string action) =>
        [.. (await OutputAsync(First, "audit", "--action", action, "--limit", "0", "--json")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];

    /// <summary>Events of a source about a node or a session, oldest first.</summary>
    public async Task<IReadOnlyList<string>> EventsAsync(string subject) =>
        [.. (await OutputAsync(First, "events", "--session", subject, "--limit", "500", "--json")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!["detail-type"]!.GetValue<string>())];

    public async ValueTask DisposeAsync()
    {
        while (_owned.TryPop(out var owned))
            await owned.DisposeAsync();
    }

    private T Own<T>(T owned) where T : IAsyncDisposable
    {
        _owned.Push(owned);
        return owned;
    }
}
