using System.Text.Json;
using Postern.Conformance.Support;

namespace Postern.Conformance.Documents;

/// <summary>A gateway whose preferences tests may change, and a node of each kind with the user "operator". The nodes' users are private to them.</summary>
public sealed class PreferencePlace : IAsyncLifetime
{
    public const string Operator = "operator-1", Other = "operator-2";
    private const string MakeUsers = "Make-Users";

    private readonly Dictionary<string, Node> _nodes = [];

    internal Gateway Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Gateway = await Gateway.StartAsync();
        await Gateway.Api.CallAsync("CreateDocument", new
        {
            Name = MakeUsers,
            DocumentType = "Session",
            Content = JsonSerializer.Serialize(new
            {
                schemaVersion = "1.0",
                sessionType = "InteractiveCommands",
                properties = new { linux = new { commands = $"useradd -m -s /bin/bash {Operator}; useradd -m -s /bin/sh {Other}; echo made-$((40+2))", runAsElevated = true } },
            }),
        });
    }

    /// <summary>The account's preferences from now on.</summary>
    internal async Task PreferAsync(object inputs)
    {
        var content = JsonSerializer.Serialize(new { schemaVersion = "1.0", sessionType = "Standard_Stream", inputs });
        var answer = await Gateway.Api.TryAsync("UpdateDocument", new { Name = "SSM-SessionManagerRunShell", DocumentVersion = "$LATEST", Content = content });
        Assert.True(answer.Error is null or "DuplicateDocumentContent", answer.Text);
    }

    internal async Task<Node> NodeAsync(string agent)
    {
        Assert.SkipWhen(!PrivateRoot.Allowed, "users can be made on a private root only");
        Assert.SkipWhen(agent == World.StockAgent && StockNode.Unavailable is not null, StockNode.Unavailable ?? "");
        if (_nodes.TryGetValue(agent, out var node))
            return node;
        node = agent == World.OurAgent ? await OurNode.StartAsync(Gateway) : await StockNode.StartAsync(Gateway);
        _nodes.Add(agent, node);
        await PreferAsync(new { }); // those of the test before may forbid the session that makes the users
        await using var making = TerminalProcess.Start(new Support.Persons.AwsPerson(AwsCli.AnyVersion, stockPlugin: false).Start(Gateway, node.Id, MakeUsers, null));
        await making.SeesAsync("made-42");
        await making.ExitAsync();
        return node;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes.Values)
            await node.DisposeAsync();
        await Gateway.DisposeAsync();
    }
}
