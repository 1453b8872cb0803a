using System.Text.Json;
using System.Text.RegularExpressions;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;

namespace Postern.Conformance.Documents;

/// <summary>Sessions with a document of the account's own: its command, its parameters, its rules.</summary>
public sealed class OwnDocumentTests(World world)
{
    /// <summary>Agents with AWS's CLI and either plugin.</summary>
    public static TheoryData<string, bool> Ways()
    {
        var rows = new TheoryData<string, bool>();
        foreach (var agent in new[] { World.OurAgent, World.StockAgent })
            foreach (var stockPlugin in new[] { false, true })
                rows.Add(agent, stockPlugin);
        return rows;
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_command_of_the_documents_own_gets_its_parameters(string agent, bool stockPlugin)
    {
        var node = await world.NodeAsync(agent);
        var name = await CreateAsync(node.Gateway, "InteractiveCommands", "printf '<%s>[%s]\\n' \"{{ text }}\" {{ mode }}; id -un", new
        {
            text = new { type = "String", allowedPattern = "[a-z ]{1,20}" },
            mode = new { type = "String", allowedValues = new[] { "ro", "rw" }, @default = "ro" },
        }, elevated: true);

        await using var command = Start(node, stockPlugin, name, new() { ["text"] = ["two words"] });

        await command.SeesAsync(@"<two words>\[ro\]\s+root");
        Assert.Equal(0, await command.ExitAsync());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task What_a_value_has_of_the_shells_characters_reaches_the_command(string agent, bool stockPlugin)
    {
        var node = await world.NodeAsync(agent);
        // No shell here: the words are split and handed over, so what comes back is what was sent. A quote would end the word, so there is none in it.
        var name = await CreateAsync(node.Gateway, "NonInteractiveCommands", "printf '<%s>' '{{ text }}'", new { text = new { type = "String" } });
        const string value = "; id | cat && $(id) `id` ${HOME} > /x \"q\" \\n * ? ~ # ! %s &amp; <b> \\u0041";

        await using var command = Start(node, stockPlugin, name, new() { ["text"] = [value] });

        await command.SeesAsync("<" + string.Join(@"\s*", Regex.Split(value, "").Where(part => part.Length > 0).Select(Regex.Escape)) + ">"); // the terminal may break lines
        Assert.Equal(0, await command.ExitAsync());
    }

    [Theory]
    [InlineData("text", "two; id", "must match the pattern")]
    [InlineData("mode", "rx", "must be one of: ro, rw")]
    [InlineData("other", "x", "has no parameter")]
    public async Task A_value_that_is_not_allowed_starts_nothing(string parameter, string value, string named)
    {
        var gateway = await world.GatewayAsync();
        var node = await world.NodeAsync(World.OurAgent);
        var name = await CreateAsync(gateway, "InteractiveCommands", "echo {{ text }} {{ mode }}", new
        {
            text = new { type = "String", allowedPattern = "[a-z ]{1,20}", @default = "a" },
            mode = new { type = "String", allowedValues = new[] { "ro", "rw" }, @default = "ro" },
        });

        var answer = await gateway.Api.TryAsync("StartSession", new { Target = node.Id, DocumentName = name, Parameters = new Dictionary<string, string[]> { [parameter] = [value] } });

        Assert.Equal("InvalidParameters", answer.Error);
        Assert.Contains(named, answer.Text);
    }

    [Theory]
    [InlineData(World.OurAgent)]
    [InlineData(World.StockAgent)]
    public async Task A_document_as_large_as_it_may_be_reaches_the_agent(string agent)
    {
        var node = await world.NodeAsync(agent);
        // Quotes and backslashes are quoted twice on the way.
        var filler = string.Concat(Enumerable.Repeat("\\\"", 7_800));
        var name = await CreateAsync(node.Gateway, "InteractiveCommands", $": '{filler}'; echo large-$((40+2))", new { });

        await using var command = Start(node, stockPlugin: false, name, null);

        await command.SeesAsync("large-42");
        Assert.Equal(0, await command.ExitAsync());
    }

    [Theory]
    [MemberData(nameof(Ways))]
    public async Task A_tunnel_may_have_a_fixed_destination(string agent, bool stockPlugin)
    {
        var node = await world.NodeAsync(agent);
        await using var server = new Support.Servers.EchoServer();
        var local = FreePort.Take();
        var name = await StoreAsync(node.Gateway, new
        {
            schemaVersion = "1.0",
            sessionType = "Port",
            parameters = new { localPortNumber = new { type = "String", @default = "0" } },
            properties = new { type = "LocalPortForwarding", host = "127.0.0.1", portNumber = $"{server.Port}", localPortNumber = "{{ localPortNumber }}" },
        });

        await using var forward = Start(node, stockPlugin, name, new() { ["localPortNumber"] = [$"{local}"] });
        await forward.SeesAsync("Waiting for connections");
        await using var connection = await Traffic.ConnectAsync(local);
        await connection.WriteAsync("x"u8.ToArray());

        Assert.Equal(1, await connection.ReadAsync(new byte[1]));
    }

    private static TerminalProcess Start(Node node, bool stockPlugin, string document, Dictionary<string, string[]>? parameters)
    {
        var person = new AwsPerson(AwsCli.AnyVersion, stockPlugin);
        Assert.SkipWhen(person.Unavailable is not null, person.Unavailable ?? "");
        return TerminalProcess.Start(person.Start(node.Gateway, node.Id, document, parameters));
    }

    private static Task<string> CreateAsync(Gateway gateway, string type, string commands, object parameters, bool elevated = false)
        => StoreAsync(gateway, new { schemaVersion = "1.0", sessionType = type, parameters, properties = new { linux = new { commands, runAsElevated = elevated } } });

    private static async Task<string> StoreAsync(Gateway gateway, object content)
    {
        var name = $"Own-{Guid.NewGuid():N}";
        await gateway.Api.CallAsync("CreateDocument", new { Name = name, DocumentType = "Session", Content = JsonSerializer.Serialize(content) });
        return name;
    }
}
