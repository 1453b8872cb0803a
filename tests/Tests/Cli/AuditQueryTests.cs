using Postern.Cli.Commands;
using Postern.Cli.Output;

namespace Postern.Tests.Cli;

public sealed class AuditQueryTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("30m", "2026-03-10T11:30:00Z")]
    [InlineData("12h", "2026-03-10T00:00:00Z")]
    [InlineData("7d", "2026-03-03T12:00:00Z")]
    [InlineData("2026-01-31", "2026-01-31T00:00:00Z")]
    [InlineData("2026-01-31T12:00:00+02:00", "2026-01-31T10:00:00Z")]
    public void Times_are_dates_or_so_long_ago(string text, string expected)
        => Assert.Equal(DateTimeOffset.Parse(expected, System.Globalization.CultureInfo.InvariantCulture), AuditQuery.Time("--since", text, Now));

    [Theory]
    [InlineData("yesterday")]
    [InlineData("d")]
    [InlineData("-3d")]
    [InlineData("")]
    public void Anything_else_is_wrong_usage(string text)
        => Assert.Equal(ExitCodes.Usage, Assert.Throws<CommandException>(() => AuditQuery.Time("--since", text, Now)).ExitCode);

    [Fact]
    public void An_action_may_name_its_service()
    {
        var query = AuditQuery.Create("anna", "ssm:StartSession", "mi-1", null, null, denied: false);
        Assert.Equal([("Username", "anna"), ("EventSource", "ssm.amazonaws.com"), ("EventName", "StartSession"), ("ResourceName", "mi-1")],
            query.Attributes.Select(attribute => (attribute.AttributeKey, attribute.AttributeValue)));
        Assert.Equal(["EventName"], AuditQuery.Create(null, "StartSession", null, null, null, denied: true).Attributes.Select(attribute => attribute.AttributeKey));
    }
}
