using System.Security.Cryptography;
using Postern.Protocol.SigV4;
using Postern.Tests.Support;

namespace Postern.Tests.Api;

internal static class StsCalls
{
    public static ApiCall GetCallerIdentity(AwsCredentials? credentials) => new()
    {
        Target = null,
        Service = "sts",
        ContentType = "application/x-www-form-urlencoded; charset=utf-8",
        Body = "Action=GetCallerIdentity&Version=2011-06-15",
        Credentials = credentials,
    };
}

public sealed class StsTests(SharedServer server) : IClassFixture<SharedServer>
{
    private ServerHost Host => server.Host;

    [Fact]
    public async Task The_administrator_is_told_who_it_is()
    {
        var answer = await StsCalls.GetCallerIdentity(Host.Administrator).SendAsync(Host);
        Assert.Equal(200, answer.Status);
        Assert.Contains("<Arn>arn:aws:iam::000000000000:user/admin</Arn>", answer.Body);
        Assert.Matches("<UserId>AIDA[A-Z2-7]{17}</UserId>", answer.Body);
        Assert.Contains("<Account>000000000000</Account>", answer.Body);
    }

    [Fact]
    public async Task Refusals_have_the_codes_of_this_protocol()
    {
        Assert.Contains("<Code>MissingAuthenticationToken</Code>", (await StsCalls.GetCallerIdentity(null).SendAsync(Host)).Body);
        Assert.Contains("<Code>SignatureDoesNotMatch</Code>", (await StsCalls.GetCallerIdentity(Host.Administrator with { SecretAccessKey = "x" }).SendAsync(Host)).Body);
        Assert.Contains("<Code>InvalidClientTokenId</Code>", (await StsCalls.GetCallerIdentity(new("AKIAAAAAAAAAAAAAAAAA", "x")).SendAsync(Host)).Body);
        var unknown = await (StsCalls.GetCallerIdentity(Host.Administrator) with { Body = "Action=Assume%3CRole&Version=2011-06-15" }).SendAsync(Host);
        Assert.Contains("<Code>InvalidAction</Code><Message>Could not find operation Assume&lt;Role for version 2011-06-15.", unknown.Body);
    }

    [Fact]
    public async Task A_presigned_url_tells_the_same_until_it_expires()
    {
        var fresh = await GetAsync(Presign(DateTimeOffset.UtcNow));
        Assert.Contains("user/admin", await fresh.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(403, (int)(await GetAsync(Presign(DateTimeOffset.UtcNow.AddMinutes(-2)))).StatusCode);
    }

    private Task<HttpResponseMessage> GetAsync(string query) => Host.Http.GetAsync(new Uri(Host.Endpoint, "/?" + query), TestContext.Current.CancellationToken);

    private string Presign(DateTimeOffset date) => SigV4Signer.Presign(new SignableRequest
    {
        Method = "GET",
        Path = "/",
        Query = "Action=GetCallerIdentity&Version=2011-06-15",
        Headers = [new("Host", Host.Endpoint.Authority)],
        BodyHash = Convert.ToHexStringLower(SHA256.HashData([])),
    }, Host.Administrator, "us-east-1", "sts", date, TimeSpan.FromMinutes(1));
}
