using Postern.Conformance.Support;
using Postern.Conformance.Support.Servers;

namespace Postern.Conformance.Sessions;

/// <summary>
/// The npm package ssm-session, which nobody of AWS or of this project wrote. It pads message types on the left, puts half of the digest's
/// hexadecimal text where the digest belongs, and names no client: all of that works at AWS.
/// </summary>
public sealed class NpmClientTests(World world)
{
    public static TheoryData<string> Agents => [World.OurAgent, World.StockAgent];

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task It_opens_a_shell(string agent)
    {
        var node = await world.NodeAsync(agent);
        Assert.Contains("answer-42", await RunAsync(node, "shell", new { Target = node.Id }));
    }

    [Theory]
    [MemberData(nameof(Agents))]
    public async Task It_opens_a_port(string agent)
    {
        var node = await world.NodeAsync(agent);
        await using var server = new EchoServer();
        var output = await RunAsync(node, "port", new
        {
            Target = node.Id,
            DocumentName = "AWS-StartPortForwardingSession",
            Parameters = new { portNumber = new[] { $"{server.Port}" } },
        });
        Assert.Equal("over the wire and back", output);
    }

    private static async Task<string> RunAsync(Node node, string kind, object start)
    {
        var program = Repository.Require("node");
        var modules = await NpmPackages.InstallAsync("ssm-session@1.0.6", "ws@8");
        Assert.SkipWhen(modules is null, "npm cannot install ssm-session and ws here");
        var session = await node.Gateway.Api.CallAsync("StartSession", start);
        return await Child.OutputOfAsync(new Command(program, Repository.Script("npm_session.js"), kind)
        {
            Environment = new Dictionary<string, string?>
            {
                ["NODE_PATH"] = modules,
                ["NODE_EXTRA_CA_CERTS"] = node.Gateway.CaFile,
                ["STREAM_URL"] = session["StreamUrl"]!.GetValue<string>(),
                ["TOKEN"] = session["TokenValue"]!.GetValue<string>(),
            },
        });
    }
}
