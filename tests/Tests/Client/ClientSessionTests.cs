using System.Security.Authentication;
using System.Text;
using Postern.Client;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Messages;
using Postern.Tests.DataStream;
using SessionOptions = Postern.Client.SessionOptions;

namespace Postern.Tests.Client;

public sealed class ClientSessionTests
{
    [Fact]
    public async Task First_frame_carries_token_versions_and_a_client_id_that_stays()
    {
        await using var node = new FakeNode();
        await using var session = node.Open();
        var first = await node.OpenedAsync();
        Assert.Equal("first", first.TokenValue);
        Assert.Equal(ProtocolVersions.Client, first.ClientVersion);
        Assert.Null(first.ClientInstanceId);
        node.Cut();
        var second = await node.OpenedAsync();
        Assert.Equal("second", second.TokenValue);
        Assert.Equal(first.ClientId, second.ClientId);
    }

    [Fact]
    public async Task First_output_without_a_handshake_makes_a_shell()
    {
        await using var node = new FakeNode();
        await using var session = node.Open();
        await node.SendAsync(PayloadType.Output, "$ ");
        var facts = await session.Ready.WaitAsync(Deadline.Time);
        Assert.Equal(SessionKind.Shell, facts.Kind);
        var output = new OutputRecorder(session);
        Assert.Equal("$ ", await output.ReadAsync(2));
    }

    [Theory]
    [InlineData("Standard_Stream", "null", SessionKind.Shell)]
    [InlineData("InteractiveCommands", "null", SessionKind.InteractiveCommands)]
    [InlineData("NonInteractiveCommands", "null", SessionKind.NonInteractiveCommands)]
    [InlineData("Port", """{"portNumber":"22"}""", SessionKind.StandardStreams)]
    [InlineData("Port", """{"portNumber":"80","type":"LocalPortForwarding"}""", SessionKind.PortForwarding)]
    public async Task Handshake_tells_the_kind(string type, string properties, SessionKind kind)
    {
        await using var node = new FakeNode();
        await using var session = node.Open();
        var response = await node.HandshakeAsync(type, properties);
        Assert.Equal(1, Assert.Single(response.ProcessedClientActions).ActionStatus);
        Assert.Null(response.Errors);
        Assert.Null(response.Postern);
        Assert.Equal(kind, (await session.Ready.WaitAsync(Deadline.Time)).Kind);
    }

    [Fact]
    public async Task Session_is_not_ready_before_the_handshake_is_complete()
    {
        await using var node = new FakeNode();
        await using var session = node.Open();
        await node.RequestHandshakeAsync("Port", """{"type":"LocalPortForwarding"}""");
        await node.ReadResponseAsync();
        Assert.False(session.Ready.IsCompleted);
        await node.SendAsync(PayloadType.HandshakeComplete, """{"HandshakeTimeToComplete":1,"CustomerMessage":""}""");
        Assert.True((await session.Ready.WaitAsync(Deadline.Time)).Multiplexed);
    }

    [Fact]
    public async Task Unknown_action_and_kms_are_answered_as_unsupported_with_a_text()
    {
        await using var node = new FakeNode();
        await using var session = node.Open();
        await node.SendAsync(PayloadType.HandshakeRequest, """
            {"AgentVersion":"3.3.0.0","RequestedClientActions":[
             {"ActionType":"KMSEncryption","ActionParameters":{"KMSKeyId":"arn:k","Challenge":"AAAA"}},
             {"ActionType":"Dance","ActionParameters":{}}]}
            """);
        var response = await node.ReadResponseAsync();
        Assert.All(response.ProcessedClientActions, a => Assert.Equal(3, a.ActionStatus));
        Assert.Contains("KMS encryption", response.ProcessedClientActions[0].Error);
        Assert.Equal(2, response.Errors!.Count);
    }

    [Fact]
    public async Task Unknown_session_type_is_answered_as_failed()
    {
        await using var node = new FakeNode();
        await using var session = node.Open();
        await node.RequestHandshakeAsync("Teleport");
        var action = Assert.Single((await node.ReadResponseAsync()).ProcessedClientActions);
        Assert.Equal(2, action.ActionStatus);
        Assert.Equal("Unknown session type Teleport", action.Error);
    }

    [Fact]
    public async Task Offer_is_taken_up_to_what_this_end_can_do()
    {
        await using var node = new FakeNode();
        await using var session = node.Open();
        var offer = new PosternOffer { MaxPayload = 1 << 30, ExtendedMux = true, DestinationError = "db: no such host" };
        var response = await node.HandshakeAsync("Port", """{"type":"LocalPortForwarding"}""", offer: offer);
        Assert.Equal(Protocol.DataStream.DataStreamOptions.LargestPayload, response.Postern!.MaxPayload);
        Assert.True(response.Postern.ExtendedMux);
        var facts = await session.Ready.WaitAsync(Deadline.Time);
        Assert.True(facts.ExtendedMux);
        Assert.Equal("db: no such host", facts.DestinationError);
    }

    [Fact]
    public async Task Handshake_that_cannot_be_read_ends_the_session()
    {
        await using var node = new FakeNode();
        await using var session = node.Open();
        await node.SendAsync(PayloadType.HandshakeRequest, "{\"AgentVersion\":");
        var end = await session.Ended.WaitAsync(Deadline.Time);
        Assert.Equal(SessionEndReason.Failed, end.Reason);
        Assert.Contains("HandshakeRequest", end.Output);
    }

    [Fact]
    public async Task Handler_that_fails_ends_the_session_and_terminates_it()
    {
        await using var node = new FakeNode();
        var session = node.Open();
        await node.SendAsync(PayloadType.Output, "$ ");
        await session.Ready.WaitAsync(Deadline.Time);
        session.Attach((_, _, _) => throw new IOException("nobody reads any more"));
        var end = await session.Ended.WaitAsync(Deadline.Time);
        Assert.Equal(SessionEndReason.Failed, end.Reason);
        Assert.Contains("nobody reads any more", end.Output);
        await session.DisposeAsync();
        Assert.Equal((1, 0), (node.Terminated, node.Resumed));
    }

    [Fact]
    public async Task Data_goes_on_after_a_cut_socket_without_loss_or_repetition()
    {
        await using var node = new FakeNode();
        await using var session = node.Open();
        await node.SendAsync(PayloadType.Output, "one ");
        await session.Ready.WaitAsync(Deadline.Time);
        var output = new OutputRecorder(session);
        await output.ReadAsync(4);
        await node.OpenedAsync();
        node.Cut();
        await session.SendAsync(PayloadType.Output, "typed"u8.ToArray(), CancellationToken.None);
        await node.SendAsync(PayloadType.Output, "two");
        Assert.Equal("two", await output.ReadAsync(3));
        Assert.Equal("typed", Encoding.ASCII.GetString((await node.ReceiveAsync()).Payload));
        Assert.Equal(1, node.Resumed);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("Connection to destination failed", true)]
    public async Task Channel_closed_ends_with_its_output(string output, bool failed)
    {
        await using var node = new FakeNode();
        await using var session = node.Open();
        await node.OpenedAsync();
        await node.CloseAsync(output);
        var end = await session.Ended.WaitAsync(Deadline.Time);
        Assert.Equal(new SessionEnd(SessionEndReason.ChannelClosed, output), end);
        Assert.Equal(failed, end.IsFailure);
        await Assert.ThrowsAsync<SessionEndedException>(() => session.Ready);
    }

    [Fact]
    public async Task Channel_closed_without_output_is_a_normal_end()
    {
        await using var node = new FakeNode();
        await using var session = node.Open();
        await node.OpenedAsync();
        await node.CloseAsync(null!);
        Assert.Equal(new SessionEnd(SessionEndReason.ChannelClosed), await session.Ended.WaitAsync(Deadline.Time));
    }

    [Fact]
    public async Task Empty_token_of_a_resume_means_that_the_session_timed_out()
    {
        await using var node = new FakeNode { OnResume = () => new ResumeSessionResponse { SessionId = "alice-1" } };
        await using var session = node.Open();
        await node.OpenedAsync();
        node.Cut();
        Assert.Equal(SessionEndReason.TimedOut, (await session.Ended.WaitAsync(Deadline.Time)).Reason);
    }

    [Fact]
    public async Task Refused_resume_ends_with_the_services_words()
    {
        await using var node = new FakeNode { OnResume = () => throw new AwsErrorException("AccessDeniedException", "not yours", 400) };
        await using var session = node.Open();
        await node.OpenedAsync();
        node.Cut();
        var end = await session.Ended.WaitAsync(Deadline.Time);
        Assert.Equal(SessionEndReason.Refused, end.Reason);
        Assert.Contains("not yours", end.Output);
    }

    [Fact]
    public async Task Network_that_is_away_is_tried_again_with_one_notice_each_way()
    {
        var notices = new List<SessionNoticeKind>();
        await using var node = new FakeNode();
        await using var session = node.Open(new SessionOptions { OnNotice = n => notices.Add(n.Kind) });
        await node.OpenedAsync();
        var left = 3;
        node.OnConnect = () =>
        {
            if (left-- > 0)
                throw new HttpRequestException("no route");
        };
        node.Cut();
        await node.OpenedAsync();
        await node.SendAsync(PayloadType.Output, "back");
        await session.Ready.WaitAsync(Deadline.Time);
        Assert.Equal([SessionNoticeKind.ConnectionLost, SessionNoticeKind.ConnectionRestored], notices);
    }

    [Fact]
    public async Task Gateway_that_was_never_reached_is_given_up_and_an_untrusted_one_at_once()
    {
        var tries = 0;
        await using var node = new FakeNode { OnConnect = () => { tries++; throw new HttpRequestException("refused"); } };
        await using var session = node.Open(new SessionOptions { OpenAttempts = 3 });
        Assert.Equal(SessionEndReason.Unreachable, (await session.Ended.WaitAsync(Deadline.Time)).Reason);
        Assert.Equal(3, tries);

        tries = 0;
        node.OnConnect = () => { tries++; throw new HttpRequestException("tls", new AuthenticationException("untrusted")); };
        await using var other = node.Open();
        Assert.Equal(SessionEndReason.Unreachable, (await other.Ended.WaitAsync(Deadline.Time)).Reason);
        Assert.Equal(1, tries);
    }

    [Fact]
    public async Task Terminate_is_told_on_the_data_channel_and_needs_no_call_once_the_node_acknowledged_it()
    {
        await using var node = new FakeNode();
        await using var session = node.Open();
        await node.HandshakeAsync("Port", """{"type":"LocalPortForwarding"}""");
        await session.Ready.WaitAsync(Deadline.Time);
        await session.TerminateAsync();
        var (type, payload) = await node.ReceiveAsync();
        Assert.Equal(PayloadType.Flag, type);
        Assert.Equal("00000002", Convert.ToHexString(payload));
        Assert.Equal(0, node.Terminated);
        Assert.False((await session.Ended).IsFailure);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await session.SendAsync(PayloadType.Output, new byte[1], CancellationToken.None));
    }

    [Fact]
    public async Task Terminate_calls_the_service_when_the_node_cannot_be_told()
    {
        await using var node = new FakeNode();
        await using var session = node.Open();
        await node.HandshakeAsync("Port", """{"type":"LocalPortForwarding"}""");
        await session.Ready.WaitAsync(Deadline.Time);
        node.OnConnect = () => throw new HttpRequestException("refused");
        node.Cut();
        await session.TerminateAsync();
        Assert.Equal(1, node.Terminated);
    }

    [Fact]
    public async Task Terminate_calls_the_service_where_nodes_take_no_flag()
    {
        await using var node = new FakeNode();
        await using var session = node.Open();
        await node.HandshakeAsync("Standard_Stream");
        await session.Ready.WaitAsync(Deadline.Time);
        await session.TerminateAsync();
        Assert.Equal(1, node.Terminated);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Exit_code_is_asked_for_only_by_who_wants_it(bool wanted)
    {
        await using var node = new FakeNode();
        await using var session = node.Open(new SessionOptions { WantExitCode = wanted });
        var response = await node.HandshakeAsync("NonInteractiveCommands", offer: new PosternOffer { ExitCode = true });
        Assert.Equal(wanted, response.Postern!.ExitCode);
    }

    [Fact]
    public async Task Exit_code_is_remembered()
    {
        await using var node = new FakeNode();
        await using var session = node.Open();
        await node.HandshakeAsync("NonInteractiveCommands");
        await session.Ready.WaitAsync(Deadline.Time);
        var output = new OutputRecorder(session);
        await node.SendAsync(PayloadType.ExitCode, "EXIT_CODE: 42");
        await output.NextAsync();
        Assert.Equal(42, session.ExitCode);
    }
}
