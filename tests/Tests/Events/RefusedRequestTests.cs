using System.Text.Json;
using Postern.Protocol.AwsJson;
using Postern.Tests.Support;

namespace Postern.Tests.Events;

/// <summary>What EventBridge serves and the gateway does not is refused by its name, and stands on the page of differences.</summary>
public sealed class RefusedRequestTests
{
    private static readonly string[] TargetMembers =
        ["KinesisParameters", "RunCommandParameters", "EcsParameters", "BatchParameters", "SqsParameters", "RedshiftDataParameters", "SageMakerPipelineParameters", "AppSyncParameters", "DeadLetterConfig"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_member_that_is_not_served_is_refused_by_its_name_and_the_page_of_differences_has_it()
    {
        await using var host = await ServerHost.StartAsync();
        var api = host.CreateApiClient();
        var page = SourceTree.Read("docs/protocol/differences.md");
        await api.CallAsync(EventBridgeOperations.PutRule, new PutRuleRequest { Name = "r", EventPattern = """{"source":["a"]}""" }, Cancel);

        await RefusedAsync("ScheduleExpression", () => api.CallAsync(EventBridgeOperations.PutRule, new PutRuleRequest { Name = "s", ScheduleExpression = "rate(5 minutes)" }, Cancel));
        await RefusedAsync("OAUTH_CLIENT_CREDENTIALS", () => api.CallAsync(EventBridgeOperations.CreateConnection,
            new ConnectionRequest { Name = "c", AuthorizationType = "OAUTH_CLIENT_CREDENTIALS", AuthParameters = new() { OAuthParameters = JsonSerializer.SerializeToElement(new { }) } }, Cancel));
        await RefusedAsync("BodyParameters", () => api.CallAsync(EventBridgeOperations.CreateConnection, new ConnectionRequest
        {
            Name = "c",
            AuthorizationType = "BASIC",
            AuthParameters = new()
            {
                BasicAuthParameters = new() { Username = "u", Password = "p" },
                InvocationHttpParameters = new() { BodyParameters = [new ConnectionParameter { Key = "k", Value = "v" }] },
            },
        }, Cancel));
        foreach (var member in TargetMembers)
        {
            var target = new EventTarget { Id = "1", Arn = "arn:aws:logs:us-east-1:000000000000:log-group:g" };
            if (member == "DeadLetterConfig")
                target = target with { DeadLetterConfig = new() { Arn = "arn:aws:sqs:us-east-1:000000000000:q" } };
            else
                target.Others = new() { [member] = JsonSerializer.SerializeToElement(new { }) };
            await RefusedAsync(member, () => api.CallAsync(EventBridgeOperations.PutTargets, new PutTargetsRequest { Rule = "r", Targets = [target] }, Cancel));
        }

        async Task RefusedAsync(string member, Func<Task> call)
        {
            var error = await Assert.ThrowsAsync<AwsErrorException>(call);
            Assert.Equal("ValidationException", error.Code);
            Assert.Contains(member, error.Message);
            Assert.Contains($"`{member}`", page);
        }
    }
}
