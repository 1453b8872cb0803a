using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;
using Postern.Conformance.Support.Servers;

[assembly: AssemblyFixture(typeof(World))]

namespace Postern.Conformance.Support;

/// <summary>
/// What most tests share: one gateway, a node with our agent, a node with AWS's, databases and an SSH server. Each is started when the
/// first test asks for it. Tests that restart, count or overload things have a gateway and nodes of their own.
/// </summary>
public sealed class World : IAsyncLifetime
{
    public const string OurAgent = "our agent", StockAgent = "AWS's agent";

    internal static readonly IReadOnlyList<Person> Persons =
    [
        new AwsPerson(1, stockPlugin: false), new AwsPerson(2, stockPlugin: false), new AwsPerson(1, stockPlugin: true),
        new AwsPerson(2, stockPlugin: true), new PosternPerson(), new BotoPerson(),
    ];

    private readonly Lazy<Task<Gateway>> _gateway;
    private readonly Lazy<Task<Node>> _ourNode, _stockNode;
    private readonly Lazy<Task<PostgresServer>> _postgres = new(() => PostgresServer.StartAsync());
    private readonly Lazy<Task<MariaDbServer>> _mariaDb = new(() => MariaDbServer.StartAsync());
    private readonly Lazy<Task<OtherUser>> _terminator;
    private readonly Lazy<Task<SshServer>> _ssh = new(SshServer.StartAsync);

    public World()
    {
        _gateway = new(() => Gateway.StartAsync());
        _terminator = new(async () => await OtherUser.MakeAsync(await GatewayAsync(), "terminator", "ssm:TerminateSession"));
        _ourNode = new(async () => await OurNode.StartAsync(await GatewayAsync()));
        _stockNode = new(async () => await StockNode.StartAsync(await GatewayAsync()));
    }

    /// <summary>Every kind of agent with every way a person has: the rows of the matrix.</summary>
    public static TheoryData<string, string> Matrix()
    {
        var rows = new TheoryData<string, string>();
        foreach (var agent in new[] { OurAgent, StockAgent })
        {
            foreach (var person in Persons)
                rows.Add(agent, person.Name);
        }
        return rows;
    }

    internal Task<Gateway> GatewayAsync() => _gateway.Value;

    internal Task<PostgresServer> PostgresAsync() => _postgres.Value;

    internal Task<MariaDbServer> MariaDbAsync() => _mariaDb.Value;

    /// <summary>A user who may end everybody's sessions, and nothing else.</summary>
    internal Task<OtherUser> TerminatorAsync() => _terminator.Value;

    internal Task<SshServer> SshAsync() => _ssh.Value;

    /// <summary>A node with that kind of agent; the test is skipped when this machine lacks it.</summary>
    internal Task<Node> NodeAsync(string agent)
    {
        if (agent == OurAgent)
            return _ourNode.Value;
        Assert.SkipWhen(StockNode.Unavailable is not null, StockNode.Unavailable ?? "");
        return _stockNode.Value;
    }

    /// <summary>The person of that name; the test is skipped when this machine lacks what they use.</summary>
    internal static Person Person(string name)
    {
        var person = Persons.Single(person => person.Name == name);
        Assert.SkipWhen(person.Unavailable is not null, person.Unavailable ?? "");
        return person;
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await DisposeAsync(_ourNode);
        await DisposeAsync(_stockNode);
        await DisposeAsync(_gateway);
        await DisposeAsync(_postgres);
        await DisposeAsync(_mariaDb);
        await DisposeAsync(_ssh);
    }

    // What failed to start has failed the tests that asked for it.
    private static async Task DisposeAsync<T>(Lazy<Task<T>> started) where T : IAsyncDisposable
    {
        if (started is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            await (await started.Value).DisposeAsync();
    }
}
