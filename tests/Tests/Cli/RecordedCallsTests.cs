using Postern.Cli.Commands;
using Postern.Protocol.AwsJson;

namespace Postern.Tests.Cli;

public class RecordedCallsTests
{
    [Fact]
    public void A_recorded_tunnel_is_asked_with_who_it_was_and_where_it_led()
    {
        var test = RecordedCalls.Of(new CloudTrailEvent
        {
            Username = "anna",
            Record = """
                {"userIdentity":{"type":"IAMUser","principalId":"AIDA1","arn":"arn:aws:iam::1:user/anna","accountId":"1","userName":"anna"},
                 "eventTime":"2026-01-01T12:00:00Z","sourceIPAddress":"192.0.2.7","awsRegion":"r",
                 "requestParameters":{"target":"mi-1","parameters":{"host":["10.0.0.5"],"portNumber":["5432"]}},
                 "additionalEventData":{"action":"ssm:StartSession","decision":"allowed"},
                 "resources":[{"ARN":"arn:aws:ssm:r:1:managed-instance/mi-1"},{"ARN":"arn:aws:ssm:r::document/D"}]}
                """,
        })!;

        Assert.True(test.Allowed);
        Assert.Equal(2, test.Touched.Count);
        Assert.Equal(["arn:aws:ssm:r:1:managed-instance/mi-1", "arn:aws:ec2:r:1:instance/mi-1"], test.Touched[0].Resources!);
        var context = test.Touched[1].Context!;
        Assert.Equal(("anna", "AIDA1", "arn:aws:iam::1:user/anna", "192.0.2.7"), (context["aws:username"][0], context["aws:userid"][0], context["aws:PrincipalArn"][0], context["aws:SourceIp"][0]));
        Assert.Equal(("10.0.0.5", "10.0.0.5", "5432"), (context["postern:RemoteHost"][0], context["postern:RemoteAddress"][0], context["postern:RemotePort"][0]));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"additionalEventData":{"reason":"idle"}}""")]
    public void Events_that_no_policy_decided_are_left_out(string record) => Assert.Null(RecordedCalls.Of(new CloudTrailEvent { Record = record }));
}
