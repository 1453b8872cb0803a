using System.Globalization;
using System.Text;
using System.Xml.Linq;
using Postern.Server.Api;
using Postern.Tests.Api;
using Postern.Tests.Support;

namespace Postern.Tests.Identity.Simulation;

/// <summary>Simulations asked for to cost the gateway its processors, or to find an exception nobody expected.</summary>
public sealed class HostileSimulationTests(SharedServer server) : IClassFixture<SharedServer>
{
    private static readonly string AllowAll = Uri.EscapeDataString(ApiPrincipals.Allow("*"));

    [Theory]
    [InlineData("x")]
    [InlineData("-5")]
    [InlineData("99999999999999999999")]
    public async Task A_marker_made_up_is_refused(string position)
    {
        var scope = PageToken.Scope("SimulatePolicy", [("Actions", ["ssm:StartSession", "ssm:ResumeSession"]), ("Resources", [])]);
        var answer = await CallAsync($"Action=SimulateCustomPolicy&PolicyInputList.member.1={AllowAll}&ActionNames.member.1=ssm:StartSession&ActionNames.member.2=ssm:ResumeSession&Marker={PageToken.Write(scope, position)}");
        Assert.Equal(400, answer.Status);
    }

    [Fact]
    public async Task Patterns_made_to_be_slow_end_a_page_before_it_is_full()
    {
        var resources = string.Join(',', Enumerable.Repeat($"\"arn:aws:ssm:*:*:*{new string('a', 900)}?b*\"", 5));
        var policy = Uri.EscapeDataString($$"""{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"ssm:*","Resource":[{{resources}}]}]}""");
        var form = new StringBuilder("Action=SimulateCustomPolicy&MaxItems=1000");
        for (var i = 1; i <= 20; i++)
            form.Append(CultureInfo.InvariantCulture, $"&PolicyInputList.member.{i}={policy}");
        for (var i = 1; i <= 32; i++)
            form.Append(CultureInfo.InvariantCulture, $"&ActionNames.member.{i}=ssm:Act{i}&ResourceArns.member.{i}=arn:aws:ssm:r:1:{new string('a', 2000)}{i}");
        var answer = await CallAsync(form.ToString());
        Assert.Equal(200, answer.Status);
        Assert.Contains("<IsTruncated>true</IsTruncated>", answer.Body);
        var marker = XDocument.Parse(answer.Body).Descendants().Single(element => element.Name.LocalName == "Marker").Value;
        Assert.Equal(200, (await CallAsync($"{form}&Marker={marker}".Replace("MaxItems=1000", "MaxItems=1", StringComparison.Ordinal))).Status);
    }

    private Task<ApiAnswer> CallAsync(string form) => (ApiCall.Query(QueryService.Iam, form) with { Credentials = server.Host.Administrator }).SendAsync(server.Host);
}
