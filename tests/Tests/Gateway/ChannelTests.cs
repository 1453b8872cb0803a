using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Messages;
using Postern.Server.Gateway;
using Postern.Tests.DataStream;
using Postern.Tests.Support;

namespace Postern.Tests.Gateway;

/// <summary>Channels of the real gateway, over TLS, opened by nodes and clients of all sorts.</summary>
public sealed class ChannelTests : IAsyncLifetime
{
    private ServerHost _host = null!;
    private FakeNode _node = null!;
    private AwsJsonClient _api = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync(options => options with { LogLevel = Microsoft.Extensions.Logging.LogLevel.Error });
        _node = await FakeNode.RegisterAsync(_host);
        _api = _host.CreateApiClient();
    }

    public async ValueTask DisposeAsync()
    {
        _node.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_session_is_asked_for_opened_used_and_ended()
    {
        using var control = await _node.OpenControlAsync();
        var started = await StartAsync();
        var task = await control.ReceiveAsync();
        Assert.Equal(AgentMessageType.InteractiveShell, task.Type);
        var shell = JsonSerializer.Deserialize(task.Bytes, MessagesJsonContext.Default.InteractiveShellContent)!;
        var content = JsonSerializer.Deserialize(shell.Content, MessagesJsonContext.Default.SessionTask)!;
        Assert.Equal(started.SessionId, content.SessionId);
        Assert.Equal("AWS-StartPortForwardingSession", content.DocumentName);
        Assert.Equal("7001", content.Parameters.GetProperty("portNumber").GetString()); // a text, not a list
        Assert.StartsWith("arn:aws:iam::", content.SessionOwner);
        Assert.Equal("aws.ssm.session.start", shell.Topic);
        Assert.StartsWith($"wss://{_host.Endpoint.Authority}/v1/data-channel/admin-", started.StreamUrl);
        Assert.EndsWith("?role=publish_subscribe", started.StreamUrl);

        using var agent = FakeEnd.Agent(await _node.OpenDataAsync(started.SessionId!));
        using var client = FakeEnd.Client(await FakeNode.OpenClientAsync(_host, started.StreamUrl!, started.TokenValue!));
        await client.SendAsync(0, "hello");
        Assert.Equal("in 0", await agent.NextAsync());
        await agent.SendAsync(0, "hello yourself");
        Assert.Equal("hello yourself", (await client.ReceiveAsync()).Text);
        await BecomesAsync("Connected", started.SessionId!);

        await _api.CallAsync(SsmOperations.TerminateSession, new TerminateSessionRequest { SessionId = started.SessionId }, default);
        Assert.Equal("closed", await agent.NextAsync());
        Assert.Equal(("", started.SessionId), ((await client.ReceiveAsync()).Closed is var closed ? closed.Output : "", closed.SessionId));
        await BecomesAsync("Terminating", started.SessionId!);
        await CompleteAsync(control, started.SessionId!, "Success", "");
        var ended = await DescribeAsync("History", started.SessionId!);
        Assert.Equal(("Terminated", "test"), (ended.Status, ended.Reason));
        Assert.NotNull(ended.EndDate);
        await _api.CallAsync(SsmOperations.TerminateSession, new TerminateSessionRequest { SessionId = started.SessionId }, default); // once more
        var resumed = await _api.CallAsync(SsmOperations.ResumeSession, new ResumeSessionRequest { SessionId = started.SessionId }, default);
        Assert.Equal((started.SessionId, null), (resumed.SessionId, resumed.TokenValue));
    }

    [Fact]
    public async Task The_upgrade_answers_with_the_one_token_AWS_s_ends_take()
    {
        using var control = await _node.OpenControlAsync();
        var headers = ((ClientWebSocket)control.Socket).HttpResponseHeaders!;
        Assert.Equal(["Upgrade"], headers["Connection"]);
        Assert.Equal(["websocket"], headers["Upgrade"]);
        Assert.False(headers.ContainsKey("Sec-WebSocket-Extensions"));
        Assert.False(headers.ContainsKey("Sec-WebSocket-Protocol"));
    }

    [Fact]
    public async Task A_node_opens_its_own_channels_only()
    {
        using var control = await _node.OpenControlAsync();
        using var stranger = await FakeNode.RegisterAsync(_host);
        var started = await StartAsync();

        Assert.Equal(HttpStatusCode.Forbidden, (await stranger.PostAsync($"/v1/control-channel/{_node.Id}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await stranger.PostAsync($"/v1/data-channel/{started.SessionId}")).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await stranger.PostAsync("/v1/data-channel/admin-00000000000000000")).Status);
        foreach (var path in new[] { $"/v1/control-channel/{_node.Id}?role=subscribe&stream=input", $"/v1/data-channel/{started.SessionId}?role=publish_subscribe" })
            Assert.Contains("403", (await Assert.ThrowsAsync<WebSocketException>(() => stranger.UpgradeAsync(path))).Message);
        Assert.True(_host.Services.GetRequiredService<Server.Nodes.NodeConnections>().IsConnected(_node.Id));
    }

    [Fact]
    public async Task Tokens_that_are_wrong_open_nothing_and_harm_nobody()
    {
        using var control = await _node.OpenControlAsync();
        var (mine, other) = (await StartAsync(), await StartAsync());
        var agentToken = FakeNode.TokenOf((await _node.PostAsync($"/v1/data-channel/{mine.SessionId}")).Body);

        foreach (var token in new[] { "", "wrong", other.TokenValue!, agentToken, mine.TokenValue![..^1], new string('x', 4000) })
            Assert.Empty(await FakeEnd.Client(await FakeNode.OpenClientAsync(_host, mine.StreamUrl!, token)).DrainAsync());
        using var wrongSide = await _node.UpgradeAsync($"/v1/data-channel/{mine.SessionId}?role=publish_subscribe");
        await FakeNode.SendOpenAsync(wrongSide, mine.TokenValue!, _node.Id);
        Assert.Empty(await FakeEnd.Agent(wrongSide).DrainAsync());

        using var client = FakeEnd.Client(await FakeNode.OpenClientAsync(_host, mine.StreamUrl!, mine.TokenValue!)); // not used up by any of that
        using var agent = FakeEnd.Agent(await _node.OpenDataAsync(mine.SessionId!));
        await client.SendAsync(0, "hello");
        Assert.Equal("in 0", await agent.NextAsync());
        Assert.Empty(await FakeEnd.Client(await FakeNode.OpenClientAsync(_host, mine.StreamUrl!, mine.TokenValue!)).DrainAsync()); // replayed
        await client.SendAsync(1, "still here");
        Assert.Equal("in 1", await agent.NextAsync());
    }

    [Theory]
    [InlineData("")]
    [InlineData("not json")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"TokenValue":7}""")]
    [InlineData("""{"TokenValue":null}""")]
    public async Task A_first_message_that_is_none_closes_the_channel(string text)
    {
        using var control = await _node.OpenControlAsync();
        var started = await StartAsync();
        using var client = await FakeNode.ConnectClientAsync(_host, started.StreamUrl!);
        await FakeNode.SendTextAsync(client, text);
        Assert.Empty(await FakeEnd.Client(client).DrainAsync());
    }

    [Fact]
    public async Task A_channel_whose_first_message_is_too_long_is_closed()
    {
        using var control = await _node.OpenControlAsync();
        var started = await StartAsync();
        using var client = await FakeNode.ConnectClientAsync(_host, started.StreamUrl!);
        var sending = FakeNode.SendTextAsync(client, new string(' ', 100_000));
        Assert.Empty(await FakeEnd.Client(client).DrainAsync());
        await Task.WhenAny(sending); // it may have failed: the gateway read a part of it only
    }

    [Fact]
    public async Task A_channel_whose_first_message_does_not_come_is_closed()
    {
        await using var host = await ServerHost.StartAsync(replace: services => services.AddSingleton(new RelayOptions { OpenTimeout = TimeSpan.FromMilliseconds(50) }));
        using var silent = await FakeNode.ConnectClientAsync(host, new Uri(host.SocketEndpoint, "/v1/data-channel/admin-00000000000000000").AbsoluteUri);
        Assert.Empty(await FakeEnd.Client(silent).DrainAsync());
    }

    [Fact]
    public async Task A_client_that_comes_after_a_failure_is_told_why()
    {
        using var control = await _node.OpenControlAsync();
        var started = await StartAsync();
        Assert.Equal("InteractiveShell", await control.NextAsync());
        await CompleteAsync(control, started.SessionId!, "Failed", "Unable to start command");
        await CompleteAsync(control, started.SessionId!, "Failed", "Unable to start command"); // AWS's agent says it twice
        using var client = FakeEnd.Client(await FakeNode.OpenClientAsync(_host, started.StreamUrl!, started.TokenValue!));
        Assert.Equal("Unable to start command", (await client.ReceiveAsync()).Closed.Output);
        Assert.Equal("Failed", (await DescribeAsync("History", started.SessionId!)).Status);

        var (status, body) = await _node.PostAsync($"/v1/data-channel/{started.SessionId}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("Session is already terminated", body);
        Assert.Equal("closed", await control.NextAsync()); // its worker would stay otherwise
    }

    [Fact]
    public async Task A_newer_control_channel_replaces_the_older_one()
    {
        using var older = await _node.OpenControlAsync();
        using var newer = await _node.OpenControlAsync();
        Assert.Empty(await older.DrainAsync());
        await FakeNode.ConnectedAsync(_host, _node.Id, true);
        await StartAsync();
        Assert.Equal("InteractiveShell", await newer.NextAsync());
    }

    [Fact]
    public async Task A_node_may_not_end_another_node_s_session()
    {
        using var control = await _node.OpenControlAsync();
        using var stranger = await FakeNode.RegisterAsync(_host);
        using var theirs = await stranger.OpenControlAsync();
        var started = await StartAsync();
        await CompleteAsync(theirs, started.SessionId!, "Failed", "nonsense");
        Assert.Equal("Connecting", (await DescribeAsync("Active", started.SessionId!)).Status);
    }

    [Fact]
    public async Task A_restarted_agent_of_ours_ends_the_sessions_of_its_earlier_process()
    {
        using var before = await _node.OpenControlAsync("boot-1");
        var started = await StartAsync();
        using var client = FakeEnd.Client(await FakeNode.OpenClientAsync(_host, started.StreamUrl!, started.TokenValue!));
        using var after = await _node.OpenControlAsync("boot-2");
        Assert.Contains("was restarted", (await client.ReceiveAsync()).Closed.Output);
    }

    [Theory]
    [InlineData("mi-00000000000000000", null, "TargetNotConnected", "mi-00000000000000000 is not connected. No node with this id")]
    [InlineData("", null, "ValidationException", "Target")]
    [InlineData(null, "No-Such-Document", "InvalidDocument", "No-Such-Document")]
    [InlineData(null, "AWS-StartPortForwardingSession", "TargetNotConnected", "its agent has no connection")]
    public async Task A_session_that_cannot_be_started_says_why(string? target, string? document, string code, string words)
    {
        var error = await Assert.ThrowsAsync<AwsErrorException>(() => _api.CallAsync(SsmOperations.StartSession, new StartSessionRequest { Target = target ?? _node.Id, DocumentName = document }, default));
        Assert.Equal(code, error.Code);
        Assert.Contains(words, error.Message);
    }

    [Fact]
    public async Task Sessions_nobody_knows_are_named()
    {
        const string id = "admin-00000000000000000";
        var terminate = await Assert.ThrowsAsync<AwsErrorException>(() => _api.CallAsync(SsmOperations.TerminateSession, new TerminateSessionRequest { SessionId = id }, default));
        var resume = await Assert.ThrowsAsync<AwsErrorException>(() => _api.CallAsync(SsmOperations.ResumeSession, new ResumeSessionRequest { SessionId = id }, default));
        Assert.Equal(("DoesNotExistException", "DoesNotExistException"), (terminate.Code, resume.Code));
        Assert.Contains(id, terminate.Message);
    }

    [Fact]
    public async Task Ten_thousand_random_messages_on_each_kind_of_channel_leave_others_unharmed()
    {
        using var control = await _node.OpenControlAsync();
        using var attacker = await FakeNode.RegisterAsync(_host);
        var good = await StartAsync();
        using var agent = FakeEnd.Agent(await _node.OpenDataAsync(good.SessionId!));
        using var client = FakeEnd.Client(await FakeNode.OpenClientAsync(_host, good.StreamUrl!, good.TokenValue!));
        var seed = 20_260_101;

        await Flood(async () => (await attacker.OpenControlAsync()).Socket);
        using var theirs = await attacker.OpenControlAsync();
        var session = await StartAsync(attacker.Id);
        await Flood(async () => await attacker.OpenDataAsync(session.SessionId!));
        await Flood(async () =>
        {
            var fresh = await StartAsync(attacker.Id);
            return await FakeNode.OpenClientAsync(_host, fresh.StreamUrl!, fresh.TokenValue!);
        });

        await client.SendAsync(0, "hello");
        Assert.Equal("in 0", await agent.NextAsync());
        await agent.SendAsync(0, "hello yourself");
        Assert.Equal("out 0", await client.NextAsync());
        await StartAsync();
        Assert.Equal("InteractiveShell", await control.NextAsync());

        async Task Flood(Func<Task<WebSocket>> open)
        {
            var random = new Random(seed++);
            var template = FakeEnd.Frame(AgentMessageType.OutputStreamData, 0, PayloadType.Output, new byte[64]);
            var sent = 0;
            while (sent < 10_000)
            {
                using var socket = await open();
                try
                {
                    for (; sent < 10_000; sent++)
                    {
                        var frame = template[..random.Next(template.Length + 1)];
                        for (var i = random.Next(8); i >= 0 && frame.Length > 0; i--)
                            frame[random.Next(frame.Length)] = (byte)random.Next(256);
                        await socket.SendAsync(frame, WebSocketMessageType.Binary, true, default).WaitAsync(Deadline.Time);
                    }
                }
                catch (WebSocketException)
                {
                    sent++; // closed, as it should be; the next ones come on a new socket
                }
            }
        }
    }

    private Task<StartSessionResponse> StartAsync(string? target = null) => _api.CallAsync(SsmOperations.StartSession, new StartSessionRequest
    {
        Target = target ?? _node.Id,
        DocumentName = "AWS-StartPortForwardingSession",
        Reason = "test",
        Parameters = new Dictionary<string, IReadOnlyList<string>> { ["portNumber"] = ["7001"], ["localPortNumber"] = ["7101"] },
    }, default);

    /// <summary>A live session's state is written while its messages pass.</summary>
    private async Task BecomesAsync(string status, string id)
    {
        using var deadline = new CancellationTokenSource(Deadline.Time);
        while ((await DescribeAsync("Active", id)).Status != status)
            await Task.Delay(5, deadline.Token);
    }

    private async Task<Session> DescribeAsync(string state, string id)
    {
        using var deadline = new CancellationTokenSource(Deadline.Time);
        while (true)
        {
            var page = await _api.CallAsync(SsmOperations.DescribeSessions, new DescribeSessionsRequest { State = state, Filters = [new SessionFilter { Key = "SessionId", Value = id }] }, default);
            if (page.Sessions is [var session])
                return session;
            await Task.Delay(5, deadline.Token); // it is on its way from one list to the other
        }
    }

    /// <summary>agent_task_complete, acknowledged with the id of the very message.</summary>
    private static async Task CompleteAsync(FakeEnd control, string sessionId, string status, string output)
    {
        var id = Guid.NewGuid();
        var content = new AgentTaskCompleteContent { TaskId = sessionId, FinalTaskStatus = status, Output = output, RetryNumber = 1 };
        await control.SendRawAsync(MessageFactory.Json(AgentMessageType.AgentTaskComplete, content, MessagesJsonContext.Default.AgentTaskCompleteContent, TimeProvider.System, id));
        ReceivedFrame answer;
        do answer = await control.ReceiveAsync();
        while (answer.Type != AgentMessageType.AgentTaskAcknowledge);
        Assert.Equal(id.ToString(), JsonSerializer.Deserialize(answer.Bytes, MessagesJsonContext.Default.AgentTaskAcknowledgeContent)!.MessageId);
    }
}
