using System.Net.WebSockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Postern.Conformance.Support;
using Postern.Conformance.Support.Persons;

namespace Postern.Conformance.Api;

/// <summary>Data channels opened by those who may not, or who send what no client sends. Other sessions notice nothing.</summary>
public sealed class ChannelTests(World world)
{
    private const int Frames = 10_000;

    [Fact]
    public async Task A_channel_without_the_right_token_is_closed()
    {
        var node = await world.NodeAsync(World.OurAgent);
        var session = await node.Gateway.Api.CallAsync("StartSession", new { Target = node.Id });
        try
        {
            foreach (var token in new[] { "", "nonsense", session["TokenValue"]!.GetValue<string>()[..^1] + "!" })
            {
                using var socket = await OpenAsync(node.Gateway, session["StreamUrl"]!.GetValue<string>(), token);
                Assert.True(await IsClosedAsync(socket), $"a channel with the token '{token[..Math.Min(4, token.Length)]}…' stays open");
            }
        }
        finally
        {
            await node.Gateway.Api.CallAsync("TerminateSession", new { SessionId = session["SessionId"]!.GetValue<string>() });
        }
    }

    [Fact]
    public async Task A_token_opens_one_channel_and_no_more()
    {
        var node = await world.NodeAsync(World.OurAgent);
        var session = await node.Gateway.Api.CallAsync("StartSession", new { Target = node.Id });
        var (url, token) = (session["StreamUrl"]!.GetValue<string>(), session["TokenValue"]!.GetValue<string>());
        using var first = await OpenAsync(node.Gateway, url, token);
        Assert.Equal(WebSocketMessageType.Binary, (await first.ReceiveAsync(new byte[4096], CancellationToken.None).WaitAsync(Deadline.Usual)).MessageType);

        using var second = await OpenAsync(node.Gateway, url, token);

        Assert.True(await IsClosedAsync(second), "a token was taken twice");
        Assert.Equal(WebSocketState.Open, first.State);
        await node.Gateway.Api.CallAsync("TerminateSession", new { SessionId = session["SessionId"]!.GetValue<string>() });
    }

    [Fact]
    public async Task Ten_thousand_random_frames_harm_nobody_else()
    {
        await using var gateway = await Gateway.StartAsync();
        await using var node = await OurNode.StartAsync(gateway);
        await using var shell = TerminalProcess.Start(PosternPerson.Postern(gateway, "start", node.Id));
        await shell.SeesAsync(@"[$#] ");
        var before = MemoryOf(gateway.ProcessId);
        var random = new Random(20);
        for (var sent = 0; sent < Frames;)
        {
            var session = await gateway.Api.CallAsync("StartSession", new { Target = node.Id });
            using var socket = await OpenAsync(gateway, session["StreamUrl"]!.GetValue<string>(), session["TokenValue"]!.GetValue<string>());
            sent += await SendRandomAsync(socket, random, Frames - sent);
            await gateway.Api.CallAsync("TerminateSession", new { SessionId = session["SessionId"]!.GetValue<string>() });
        }

        await shell.AnswersAsync("echo un''harmed", "unharmed");
        var grown = MemoryOf(gateway.ProcessId) - before;
        Assert.True(grown < 200, $"the gateway grew by {grown} MB");
        Assert.DoesNotContain("Unhandled", gateway.Log);
    }

    // Until the gateway has had enough of this client, or all are sent.
    private static async Task<int> SendRandomAsync(ClientWebSocket socket, Random random, int most)
    {
        var sent = 0;
        try
        {
            while (sent < most)
            {
                var frame = new byte[random.Next(1, 2000)];
                random.NextBytes(frame);
                sent++;
                await socket.SendAsync(frame, random.Next(5) == 0 ? WebSocketMessageType.Text : WebSocketMessageType.Binary, true, CancellationToken.None).WaitAsync(Deadline.Usual);
            }
        }
        catch (WebSocketException)
        {
            // Closed by the gateway.
        }
        return Math.Max(1, sent);
    }

    private static async Task<ClientWebSocket> OpenAsync(Gateway gateway, string url, string token)
    {
        var socket = new ClientWebSocket();
        socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, _) => IsOf(gateway, certificate);
        await socket.ConnectAsync(new Uri(url), CancellationToken.None).WaitAsync(Deadline.Usual);
        var open = JsonSerializer.Serialize(new { MessageSchemaVersion = "1.0", RequestId = Guid.NewGuid(), TokenValue = token, ClientId = Guid.NewGuid(), ClientVersion = "1.2.600.0" });
        await socket.SendAsync(Encoding.UTF8.GetBytes(open), WebSocketMessageType.Text, true, CancellationToken.None);
        return socket;
    }

    private static bool IsOf(Gateway gateway, X509Certificate? certificate)
    {
        if (certificate is not X509Certificate2 server)
            return false;
        using var ca = X509CertificateLoader.LoadCertificateFromFile(gateway.CaFile);
        using var chain = new X509Chain { ChainPolicy = { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck } };
        chain.ChainPolicy.CustomTrustStore.Add(ca);
        return chain.Build(server);
    }

    private static async Task<bool> IsClosedAsync(ClientWebSocket socket)
    {
        try
        {
            return (await socket.ReceiveAsync(new byte[4096], CancellationToken.None).WaitAsync(Deadline.Usual)).MessageType == WebSocketMessageType.Close;
        }
        catch (WebSocketException)
        {
            return true;
        }
    }

    private static long MemoryOf(int processId)
    {
        using var process = System.Diagnostics.Process.GetProcessById(processId);
        return process.WorkingSet64 / (1024 * 1024);
    }
}
