using Postern.Cli.Commands;

namespace Postern.Tests.Cli;

public sealed class SessionQueryTests
{
    [Fact]
    public void Options_become_the_filters_that_the_service_has()
    {
        var since = new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.FromHours(2));
        var query = SessionQuery.Create(true, "mi-0123456789abcdef0", "arn:aws:iam::000000000000:user/anna", "FAILED", since, since.AddDays(1));
        Assert.Equal(
            ["Target=mi-0123456789abcdef0", "Owner=arn:aws:iam::000000000000:user/anna", "Status=Failed", "InvokedAfter=2026-03-01T10:00:00.0000000Z", "InvokedBefore=2026-03-02T10:00:00.0000000Z"],
            query.Filters.Select(filter => $"{filter.Key}={filter.Value}"));
        Assert.Null(query.User);
    }

    [Fact]
    public void A_name_is_no_filter_of_the_service()
    {
        var query = SessionQuery.Create(false, null, "anna", null, null, null);
        Assert.Empty(query.Filters);
        Assert.Equal("anna", query.User);
    }
}
