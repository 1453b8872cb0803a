using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Postern.Protocol.Audit;
using Postern.Server.Audit;
using Postern.Tests.Api;
using Postern.Tests.Support;

namespace Postern.Tests.Audit;

/// <summary>Requests made so that the log misses them, or shows another request than the one that was carried out.</summary>
public sealed class HiddenCallTests(SharedServer server) : IClassFixture<SharedServer>
{
    private ServerHost Host => server.Host;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"SettingId":"/postern/session/logging","SettingValue":"ignored","Reason":"\ud800"}""")] // not a member, and recorded
    [InlineData("""{"SettingId":"/postern/session/logging","SettingValue":"ignored","\ud800":1}""")]
    [InlineData("""{"SettingId":"/postern/session/logging","SettingValue":"ignored","Reason":{"a":["\udc00"]}}""")]
    [InlineData("""{"SettingId":"/postern/session/logging","SettingValue":"ignored","Reason":[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]}""")]
    [InlineData("""{"SettingId":"/ssm/managed-instance/activation-tier","SettingId":"/postern/session/logging","SettingValue":"ignored"}""")]
    [InlineData("""{"SettingId":"/postern/session/logging","SettingValue":"ignored","settingId":"/ssm/managed-instance/activation-tier"}""")]
    [InlineData("""{"SettingId":"/postern/session/logging","SettingValue":"ignored","Reason":"\u0000"}""")]
    [InlineData("""{"SettingId":"/postern/session/logging","SettingValue":"\ud800"}""")]
    public async Task What_is_carried_out_is_recorded_as_it_was(string body)
    {
        var before = (await EntriesAsync()).Count;
        var answer = await (new ApiCall { Target = "AmazonSSM.UpdateServiceSetting", Body = body, Credentials = Host.Administrator }).SendAsync(Host);
        var entry = Assert.Single((await EntriesAsync()).Skip(before), entry => entry.EventName == "UpdateServiceSetting");
        var record = JsonDocument.Parse(entry.Record).RootElement;
        if (answer.Status != 200)
        {
            Assert.Equal((400, "SerializationException", "SerializationException"), (answer.Status, answer.Error.Code, entry.ErrorCode)); // nothing was carried out
            return;
        }
        Assert.Equal("", entry.ErrorCode);
        Assert.Equal(["/postern/session/logging"], record.GetProperty("requestParameters").EnumerateObject()
            .Where(member => member.Name.Equals("settingId", StringComparison.OrdinalIgnoreCase)).Select(member => member.Value.GetString()));
    }

    [Fact]
    public async Task A_form_cannot_be_recorded_with_two_names_of_a_user()
    {
        var answer = await (ApiCall.Query(Postern.Server.Api.QueryService.Iam, "Action=TagUser&userName=decoy&UserName=admin&Tags.member.1.Key=a&Tags.member.1.Value=b") with { Credentials = Host.Administrator }).SendAsync(Host);
        Assert.Equal(200, answer.Status);
        var record = JsonDocument.Parse((await EntriesAsync()).Last(entry => entry.EventName == "TagUser").Record).RootElement;
        Assert.Equal(["admin"], record.GetProperty("requestParameters").EnumerateObject().Where(member => member.Name == "userName").Select(member => member.Value.GetString()));
    }

    private Task<IReadOnlyList<AuditEntry>> EntriesAsync() => Host.Services.GetRequiredService<AuditStore>().PageAsync(0, 10_000, Cancel);
}
