using Postern.Server.Logs;
using Postern.Server.Recordings.Delivery;

namespace Postern.Tests.Recordings.Delivery;

public sealed class LogPartsTests
{
    [Fact]
    public void A_streamed_message_holds_as_many_lines_as_a_log_service_takes()
    {
        var statements = Enumerable.Range(0, 50).Select(i => new LogLine(i, new string('x', 64 * 1024))).ToList();
        Assert.Equal(50, LogDelivery.Parts(statements).Count());
        var lines = Enumerable.Range(0, 250).Select(i => new LogLine(i, $"line {i}")).ToList();
        Assert.Equal([100, 100, 50], LogDelivery.Parts(lines).Select(part => part.Count));
        Assert.Equal(lines, LogDelivery.Parts(lines).SelectMany(part => part));
    }
}
