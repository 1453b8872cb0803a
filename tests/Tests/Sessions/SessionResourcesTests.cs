using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Server.Sessions;
using Postern.Tests.Api;

namespace Postern.Tests.Sessions;

/// <summary>What StartSession touches: the names and condition keys that policies are written against.</summary>
public sealed class SessionResourcesTests(SharedServer server) : IClassFixture<SharedServer>
{
    private const string NodeId = "mi-0123456789abcdef0";
    private const string Ssm = "arn:aws:ssm:us-east-1:000000000000:";

    [Fact]
    public async Task A_session_without_a_named_document_touches_the_node_alone_or_both()
    {
        var node = Assert.Single(await TouchesAsync(new StartSessionRequest { Target = NodeId }));
        Assert.Equal([$"{Ssm}managed-instance/{NodeId}", $"arn:aws:ec2:us-east-1:000000000000:instance/{NodeId}"], node.Names);
        Assert.Equal("false", Key(node, "ssm:SessionDocumentAccessCheck"));
        Assert.Equal([node.Names[0], $"{Ssm}document/SSM-SessionManagerRunShell"], node.Otherwise!.Select(other => other.Names[0]));
        Assert.All(node.Otherwise!, other => Assert.Equal("true", Key(other, "ssm:SessionDocumentAccessCheck")));
    }

    [Theory]
    [InlineData("AWS-StartPortForwardingSessionToRemoteHost", "Orders-DB.internal.", "5432", "orders-db.internal", null)]
    [InlineData("AWS-StartPortForwardingSessionToRemoteHost", "10.1.2.3", "5432", "10.1.2.3", "10.1.2.3")]
    [InlineData("AWS-StartPortForwardingSessionToRemoteHost", "::FFFF:10.1.2.3", "5432", "10.1.2.3", "10.1.2.3")]
    [InlineData("AWS-StartPortForwardingSessionToRemoteHost", "0:0:0:0:0:0:0:1", "5432", "::1", "::1")]
    [InlineData("AWS-StartPortForwardingSessionToRemoteHost", "FE80::1%1", "5432", "fe80::1", "fe80::1")]
    [InlineData("AWS-StartPortForwardingSessionToRemoteHost", "10.example", "5432", "10.example", null)]
    [InlineData("AWS-StartPortForwardingSession", null, "8080", "localhost", null)]
    [InlineData("arn:aws:ssm:us-east-1::document/AWS-StartSSHSession", null, "22", "localhost", null)]
    public async Task A_tunnel_says_where_it_leads(string document, string? host, string port, string shownHost, string? address)
    {
        var parameters = new Dictionary<string, IReadOnlyList<string>>();
        if (host is not null)
            parameters["host"] = [host];
        if (port != "22")
            parameters["portNumber"] = [port];
        var touched = await TouchesAsync(new StartSessionRequest { Target = NodeId, DocumentName = document, Parameters = parameters });
        Assert.Equal($"arn:aws:ssm:us-east-1::document/{document[(document.LastIndexOf('/') + 1)..]}", touched[1].Names[0]);
        Assert.All(touched, one => Assert.Equal(("Port", shownHost, port, address),
            (Key(one, "postern:SessionType"), Key(one, "postern:RemoteHost"), Key(one, "postern:RemotePort"), Key(one, "postern:RemoteAddress"))));
    }

    [Theory]
    [InlineData("2130706433")]
    [InlineData("127.1")]
    [InlineData("0x7f000001")]
    [InlineData("0x7f.0.0.1")]
    [InlineData("10.0.0.0x1")]
    [InlineData("0177.0.0.1")]
    [InlineData("010.1.2.3")]
    [InlineData("10.1.2.3.")]
    [InlineData("10.1.2.300")]
    [InlineData("10.1.2.3%1")]
    [InlineData("localhost:22")]
    public async Task An_address_in_a_spelling_that_policies_would_take_for_a_name_is_refused(string host)
    {
        var request = new StartSessionRequest
        {
            Target = NodeId,
            DocumentName = "AWS-StartPortForwardingSessionToRemoteHost",
            Parameters = new Dictionary<string, IReadOnlyList<string>> { ["host"] = [host], ["portNumber"] = ["22"] },
        };
        Assert.Null(Key((await TouchesAsync(request))[1], "postern:RemoteHost"));
        var refused = await Assert.ThrowsAsync<AwsErrorException>(() => server.Host.CreateApiClient().CallAsync(SsmOperations.StartSession, request, TestContext.Current.CancellationToken));
        Assert.Equal("InvalidParameters", refused.Code);
    }

    [Fact]
    public async Task What_cannot_be_resolved_has_no_destination_and_is_no_error_yet()
    {
        var touched = await TouchesAsync(new StartSessionRequest { Target = NodeId, DocumentName = "No-Such-Document" });
        Assert.Equal($"{Ssm}document/No-Such-Document", touched[1].Names[0]);
        Assert.Null(Key(touched[1], "postern:RemoteHost"));
    }

    private async Task<IReadOnlyList<Touched>> TouchesAsync(StartSessionRequest request)
    {
        var context = new CallContext(Caller.Anonymous("000000000000"), server.Host.Endpoint, "127.0.0.1", "") { Arns = new Arns("us-east-1", "000000000000") };
        return await server.Host.Services.GetRequiredService<SessionResources>().StartAsync(request, context, TestContext.Current.CancellationToken);
    }

    private static string? Key(Touched touched, string name) => touched.Keys.FirstOrDefault(key => key.Name == name).Values?[0];
}
