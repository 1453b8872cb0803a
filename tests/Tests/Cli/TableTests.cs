using Postern.Cli.Output;

namespace Postern.Tests.Cli;

public sealed class TableTests
{
    [Fact]
    public void Rows_that_follow_a_printed_table_come_without_its_headings()
    {
        var table = new Table("TIME", "USER");
        table.Add("12:00", "anna\u001b[2J");
        var (first, later) = (new StringWriter(), new StringWriter());
        table.WriteTo(first);
        table.WriteTo(later, headings: false);
        Assert.Equal(["TIME   USER", "12:00  anna?[2J"], first.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Equal(["12:00  anna?[2J"], later.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }
}
