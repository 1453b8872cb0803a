using System.Text.Json;
using Postern.Protocol.AwsJson;
using Postern.Protocol.Recordings;
using Postern.Server.Logs;
using Postern.Server.Recordings.Delivery;

namespace Postern.Tests.Recordings.Delivery;

public sealed class LogMessagesTests
{
    /// <summary>What another gateway reads of a request.</summary>
    private const int LargestRequest = 256 * 1024;
    private static readonly RecordingFacts Facts = new() { SessionId = "anna-1", Node = "mi-1", Owner = "arn:aws:iam::000000000000:user/anna" };
    private static readonly JsonSerializerOptions AsSent = new(JsonSerializerDefaults.Web);

    [Fact]
    public void A_streamed_message_holds_as_many_lines_as_a_log_service_takes()
    {
        var statements = Enumerable.Range(0, 50).Select(i => new LogLine(i, new string('x', 64 * 1024))).ToList();
        Assert.Equal(50, LogMessages.Parts(statements).Count());
        var lines = Enumerable.Range(0, 250).Select(i => new LogLine(i, $"line {i}")).ToList();
        Assert.Equal([100, 100, 50], LogMessages.Parts(lines).Select(part => part.Count));
        Assert.Equal(lines, LogMessages.Parts(lines).SelectMany(part => part));
    }

    [Theory]
    [InlineData("\"", true)]
    [InlineData("\"", false)]
    [InlineData("é", true)]
    [InlineData("😀", true)]
    [InlineData("😀", false)]
    [InlineData("\\", true)]
    public void A_line_that_JSON_makes_larger_than_a_request_goes_in_pieces(string character, bool streamed)
    {
        var long1 = "SELECT " + string.Concat(Enumerable.Repeat(character, 64 * 1024 / character.Length));
        List<LogLine> lines = [new(1, "before"), new(2, long1), new(3, ""), new(4, "behind")];
        var batches = LogMessages.Batches(LogMessages.Of(lines, streamed ? Facts : null)).ToList();
        Assert.All(batches, batch => Assert.InRange(SizeOf(batch), 1, LargestRequest));
        Assert.Equal(lines.Count, batches.Sum(batch => batch.Recorded));
        var arrived = batches.SelectMany(batch => batch.Lines).SelectMany(message => streamed ? DataOf(message.Message) : [message.Message]);
        Assert.Equal(string.Concat(lines.Select(line => line.Message)), string.Concat(arrived));
    }

    [Fact]
    public void A_line_has_arrived_with_the_last_of_its_pieces()
    {
        var messages = LogMessages.Of([new(1, ""), new(2, new string('"', 64 * 1024))], null).ToList();
        Assert.True(messages.Count > 1);
        Assert.All(messages.SkipLast(1), message => Assert.Equal(0, message.Recorded));
        Assert.Equal(2, messages[^1].Recorded);
    }

    private static int SizeOf(LogBatch batch) => JsonSerializer.SerializeToUtf8Bytes(new PutLogEventsRequest
    {
        LogGroupName = "/postern/sessions",
        LogStreamName = "anna-1",
        LogEvents = [.. batch.Lines.Select(line => new LogEvent { Timestamp = line.Time, Message = line.Message })],
    }, AsSent).Length;

    private static IEnumerable<string> DataOf(string message)
    {
        using var json = JsonDocument.Parse(message);
        return [.. json.RootElement.GetProperty("sessionData").EnumerateArray().Select(line => line.GetString()!)];
    }
}
