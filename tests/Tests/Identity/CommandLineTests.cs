using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Postern.Server.Api;
using Postern.Tests.Support;

namespace Postern.Tests.Identity;

public sealed partial class CommandLineTests
{
    /// <summary>What the script does is checked where it runs; that it leaves none out, here.</summary>
    [Fact]
    public async Task Every_operation_of_IAM_and_STS_has_a_round_trip_with_the_AWS_CLI()
    {
        await using var host = await ServerHost.StartAsync();
        // The CLI writes ListMFADevices as list-mfa-devices; where its dashes stand does not matter here.
        var served = host.Services.GetRequiredService<OperationRegistry>().All.OfType<QueryOperation>().Select(operation => $"{operation.Service} {operation.Name}".ToLowerInvariant());
        var driven = Call().Matches(SourceTree.Read("tests/Conformance/Scripts/aws_identity.py"))
            .Select(call => $"{call.Groups["service"]} {call.Groups["operation"].Value.Replace("-", "")}").Distinct();
        Assert.Equal(served.Order(StringComparer.Ordinal), driven.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("""\b(?<service>iam|sts)\("(?<operation>[a-z0-9-]+)["]""")]
    private static partial Regex Call();
}
