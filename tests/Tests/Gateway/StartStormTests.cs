using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.AwsJson;
using Postern.Server.Sessions;
using Postern.Tests.Api;
using Postern.Tests.DataStream;
using Postern.Tests.Support;

namespace Postern.Tests.Gateway;

/// <summary>More session starts than the gateway can have in progress: refused early, kindly, and not at the cost of others.</summary>
public sealed class StartStormTests : IAsyncLifetime
{
    private ServerHost _host = null!;
    private FakeNode _node = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await ServerHost.StartAsync(options => options with { StartsAtOnce = 4 },
            services => services.AddSingleton(new SessionLimits { StartWait = TimeSpan.FromMilliseconds(1), StartHold = Deadline.Time }));
        _node = await FakeNode.RegisterAsync(_host);
    }

    public async ValueTask DisposeAsync()
    {
        _node.Dispose();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task One_principal_that_starts_sessions_without_end_is_told_to_wait_and_others_are_not()
    {
        using var control = await _node.OpenControlAsync();
        var (id, keys) = await new ApiPrincipals(_host).AddUserAsync("other");
        await new ApiPrincipals(_host).SetPolicyAsync(id, ApiPrincipals.Allow("ssm:StartSession"));

        for (var i = 0; i < 2; i++)
            Assert.Equal(200, (await StartAsync()).Status);
        var refused = await StartAsync();
        Assert.Equal((400, "ThrottlingException"), (refused.Status, refused.Error.Code));
        Assert.Contains("Try again", refused.Error.Message);

        var other = new ApiCall { Target = "AmazonSSM.StartSession", Service = "ssm", Body = Body, Credentials = keys };
        Assert.Equal(200, (await other.SendAsync(_host)).Status);
    }

    [Fact]
    public async Task A_start_counts_until_both_channels_are_open()
    {
        using var control = await _node.OpenControlAsync();
        var api = _host.CreateApiClient();
        var first = await api.CallAsync(SsmOperations.StartSession, new StartSessionRequest { Target = _node.Id }, default);
        Assert.Equal(200, (await StartAsync()).Status);
        Assert.Equal("ThrottlingException", (await StartAsync()).Error.Code);

        using var agent = FakeEnd.Agent(await _node.OpenDataAsync(first.SessionId!));
        using var client = FakeEnd.Client(await FakeNode.OpenClientAsync(_host, first.StreamUrl!, first.TokenValue!));
        await InProgressAsync(1);

        Assert.Equal(200, (await StartAsync()).Status);
    }

    [Fact]
    public async Task A_start_that_ends_or_fails_gives_its_place_back()
    {
        using var control = await _node.OpenControlAsync();
        var api = _host.CreateApiClient();
        var first = await api.CallAsync(SsmOperations.StartSession, new StartSessionRequest { Target = _node.Id }, default);
        await api.CallAsync(SsmOperations.TerminateSession, new TerminateSessionRequest { SessionId = first.SessionId }, default);
        await InProgressAsync(0);
        var wrong = await new ApiCall { Target = "AmazonSSM.StartSession", Service = "ssm", Body = """{"Target":"mi-00000000000000000"}""", Credentials = _host.Administrator }.SendAsync(_host);
        Assert.Equal("TargetNotConnected", wrong.Error.Code);
        Assert.Equal(0, InProgress);
    }

    private string Body => $$"""{"Target":"{{_node.Id}}"}""";

    private int InProgress => _host.Services.GetRequiredService<SessionStarts>().Count;

    private Task<ApiAnswer> StartAsync() => new ApiCall { Target = "AmazonSSM.StartSession", Service = "ssm", Body = Body, Credentials = _host.Administrator }.SendAsync(_host);

    private async Task InProgressAsync(int expected)
    {
        using var deadline = new CancellationTokenSource(Deadline.Time);
        while (InProgress != expected)
            await Task.Delay(5, deadline.Token); // the session's own loop gives it back
    }
}
