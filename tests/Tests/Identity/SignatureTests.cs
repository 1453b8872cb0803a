using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.SigV4;
using Postern.Server.Api;
using Postern.Server.Iam;
using Postern.Tests.Api;
using Postern.Tests.Support;

namespace Postern.Tests.Identity;

/// <summary>Keys that are wrong, too often or twice, at a real gateway.</summary>
public sealed class SignatureTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private ServerHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await ServerHost.StartAsync(replace: services => services.AddSingleton(new WrongSignatures(_time)).AddSingleton(new SeenSignatures(_time)));

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Guessing_a_secret_is_refused_unheard_after_a_while_and_other_keys_go_on()
    {
        var other = await NewKeyAsync("other");
        var guess = ApiCall.Query(QueryService.Iam, "Action=ListUsers") with { Credentials = _host.Administrator with { SecretAccessKey = "guess" } };
        for (var i = 0; i < WrongSignatures.PerKey; i++)
            Assert.Equal("SignatureDoesNotMatch", (await guess.SendAsync(_host)).Error.Code);
        Assert.Equal("Throttling", (await guess.SendAsync(_host)).Error.Code);
        Assert.Equal(200, (await StsCalls.GetCallerIdentity(other).SendAsync(_host)).Status);
        _time.Advance(WrongSignatures.Window);
        Assert.Equal(200, (await (guess with { Credentials = _host.Administrator }).SendAsync(_host)).Status);
    }

    [Fact]
    public async Task Keys_nobody_knows_cost_no_look_into_the_database_after_a_while_and_known_keys_go_on()
    {
        Assert.Equal(200, (await StsCalls.GetCallerIdentity(_host.Administrator).SendAsync(_host)).Status);
        for (var i = 0; i < WrongSignatures.UnknownPerSource; i++)
            Assert.Equal("InvalidClientTokenId", (await StsCalls.GetCallerIdentity(new AwsCredentials($"AKIA{i:D16}", "x")).SendAsync(_host)).Error.Code);
        Assert.Equal("Throttling", (await StsCalls.GetCallerIdentity(new AwsCredentials("AKIAZZZZZZZZZZZZZZZZ", "x")).SendAsync(_host)).Error.Code);
        Assert.Equal(200, (await StsCalls.GetCallerIdentity(_host.Administrator).SendAsync(_host)).Status);
    }

    [Fact]
    public async Task A_change_is_carried_out_once_for_each_signature_but_for_other_attempts()
    {
        var change = ApiCall.Query(QueryService.Iam, "Action=CreateGroup&GroupName=once") with { Credentials = _host.Administrator, Date = DateTimeOffset.UtcNow, Attempt = "1" };
        Assert.Equal(200, (await change.SendAsync(_host)).Status);
        Assert.Equal("SignatureDoesNotMatch", (await change.SendAsync(_host)).Error.Code); // a copy, as it went on the wire
        Assert.Equal("EntityAlreadyExists", (await (change with { Attempt = "2" }).SendAsync(_host)).Error.Code); // a client that did not hear the answer
        var look = ApiCall.Query(QueryService.Iam, "Action=ListGroups") with { Credentials = _host.Administrator, Date = DateTimeOffset.UtcNow };
        Assert.Equal(200, (await look.SendAsync(_host)).Status);
        _time.Advance(SeenSignatures.RetryTime + TimeSpan.FromSeconds(1));
        var copied = await (change with { Attempt = "3" }).SendAsync(_host);
        Assert.Equal(("SignatureDoesNotMatch", 403), (copied.Error.Code, copied.Status));
        Assert.StartsWith("Signature already used", copied.Error.Message);
        Assert.Equal(200, (await look.SendAsync(_host)).Status); // changes nothing, so it may come again
    }

    [Fact]
    public async Task A_client_that_does_not_number_its_calls_is_heard_again_only_soon()
    {
        var change = ApiCall.Query(QueryService.Iam, "Action=CreateGroup&GroupName=plain") with { Credentials = _host.Administrator, Date = DateTimeOffset.UtcNow, Numbered = false };
        Assert.Equal(200, (await change.SendAsync(_host)).Status);
        Assert.Equal("EntityAlreadyExists", (await change.SendAsync(_host)).Error.Code);
        var numbered = change with { Numbered = true, Attempt = "1" };
        Assert.Equal("EntityAlreadyExists", (await numbered.SendAsync(_host)).Error.Code); // another client may ask for the same in the same second
        Assert.Equal("SignatureDoesNotMatch", (await numbered.SendAsync(_host)).Error.Code);
        _time.Advance(SeenSignatures.RetryTime + TimeSpan.FromSeconds(1));
        Assert.Equal("SignatureDoesNotMatch", (await change.SendAsync(_host)).Error.Code);
    }

    [Fact]
    public async Task Whoever_repeats_a_request_for_temporary_keys_gets_none()
    {
        var request = ApiCall.Query(QueryService.Sts, "Action=GetSessionToken") with { Credentials = _host.Administrator, Date = DateTimeOffset.UtcNow, Attempt = "1" };
        Assert.Equal(200, (await request.SendAsync(_host)).Status);
        Assert.Equal("SignatureDoesNotMatch", (await request.SendAsync(_host)).Error.Code);
    }

    [Fact]
    public async Task The_last_use_of_a_key_is_written_without_a_call_waiting_for_it()
    {
        var key = await NewKeyAsync("used");
        Assert.Equal(200, (await StsCalls.GetCallerIdentity(key).SendAsync(_host)).Status);
        var use = _host.Services.GetRequiredService<PrincipalUse>();
        Assert.Equal(("sts", "us-east-1"), (use.Pending(key.AccessKeyId)!.Service, use.Pending(key.AccessKeyId)!.Region));
        await _host.RestartAsync(); // which writes it
        Assert.Null(_host.Services.GetRequiredService<PrincipalUse>().Pending(key.AccessKeyId));
        var answer = await (ApiCall.Query(QueryService.Iam, $"Action=GetAccessKeyLastUsed&AccessKeyId={key.AccessKeyId}") with { Credentials = _host.Administrator }).SendAsync(_host);
        Assert.Contains("<ServiceName>sts</ServiceName><Region>us-east-1</Region>", answer.Body);
    }

    private async Task<AwsCredentials> NewKeyAsync(string user)
    {
        await (ApiCall.Query(QueryService.Iam, $"Action=CreateUser&UserName={user}") with { Credentials = _host.Administrator }).SendAsync(_host);
        return EachDatabaseTests.AccessKeyOf(await (ApiCall.Query(QueryService.Iam, $"Action=CreateAccessKey&UserName={user}") with { Credentials = _host.Administrator }).SendAsync(_host));
    }
}
