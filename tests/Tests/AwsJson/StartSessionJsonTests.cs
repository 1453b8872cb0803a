using System.Text;
using System.Text.Json;
using Postern.Protocol.AwsJson;

namespace Postern.Tests.AwsJson;

public sealed class StartSessionJsonTests
{
    [Fact]
    public void Request_reads_as_the_serializer_reads_it()
    {
        var request = new StartSessionRequest
        {
            Target = "mi-1",
            Reason = "a \"reason\"\n\u00e4",
            DocumentName = "AWS-StartPortForwardingSession",
            Parameters = new Dictionary<string, IReadOnlyList<string>> { ["portNumber"] = ["80"], ["x"] = ["a", "b"] },
        };
        var read = JsonSerializer.Deserialize(StartSessionJson.Write(request).Span, SsmOperations.StartSession.Request)!;
        Assert.Equal((request.Target, request.Reason, request.DocumentName), (read.Target, read.Reason, read.DocumentName));
        Assert.Equal(request.Parameters, read.Parameters);
    }

    [Fact]
    public void Members_that_are_not_given_are_not_written() => Assert.Equal("""{"Target":"i-1"}""", Encoding.UTF8.GetString(StartSessionJson.Write(new() { Target = "i-1" }).Span));

    [Theory]
    [InlineData("""{"SessionId":"s","StreamUrl":"wss://g","TokenValue":"t"}""")]
    [InlineData("""{"more":{"SessionId":"x"},"sessionid":"s","STREAMURL":"wss://g","list":[1,{"a":2}],"tokenValue":"t","n":null}""")]
    public void Answer_is_read_in_any_case_and_order(string body)
        => Assert.Equal(new StartSessionResponse { SessionId = "s", StreamUrl = "wss://g", TokenValue = "t" }, StartSessionJson.Read(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{")]
    [InlineData("{}{}")]
    [InlineData("""{"SessionId":1}""")]
    [InlineData("""{"SessionId":"s"} x""")]
    [InlineData("""{"SessionId":"\ud800"}""")]
    public void Answer_that_is_not_of_this_shape_is_a_json_error(string body)
        => Assert.ThrowsAny<JsonException>(() => StartSessionJson.Read(Encoding.UTF8.GetBytes(body)));
}
