using System.Text;
using Postern.Protocol.Recordings.Exports;
using Postern.Server.Recordings.Statements;

namespace Postern.Tests.Recordings.Statements;

public sealed class StatementLineTests
{
    [Fact]
    public void A_statement_reads_as_a_line()
    {
        var record = new StatementRecord
        {
            Kind = StatementKind.Execute,
            Connection = 3,
            At = 1,
            Took = 1200,
            User = "demo",
            Database = "shop",
            Text = "select *\n\tfrom \"items\"",
            Name = "s1",
            Rows = 5,
            Outcome = StatementOutcome.Done,
        };
        Assert.Equal("#3 demo@shop execute s1: select *  from \"items\" → done, 5 rows, 1.2 ms", StatementLine.Of(record.ToJson()));
    }

    [Theory]
    [InlineData("""{"kind":"query","connection":1,"user":"a","text":"drop table t","outcome":"failed","code":"42P01","error":"no\u001b[31m such table"}""", "#1 a@- query: drop table t → failed, 42P01 no [31m such table")]
    [InlineData("""{"kind":"note","connection":1,"reason":"encrypted (TLS)"}""", "#1 note: encrypted (TLS)")]
    [InlineData("""{"kind":"cancel","connection":2,"process":42}""", "#2 cancel process 42")]
    [InlineData("""{"kind":"cancel","connection":2,"process":42,"cancels":1}""", "#2 cancel of #1 process 42")]
    [InlineData("""{"kind":"query","connection":1,"text":"select '","cut":true,"bytes":300000018,"rows":1,"took":6700000,"outcome":"done"}""", "#1 query: select '… (cut: its beginning, of 300000018 bytes) → done, 1 row, 6.7 s")]
    [InlineData("""{"kind":"query","connection":1,"text":"copy t to stdout","rows":2,"copied":26,"took":3723000000,"outcome":"done"}""", "#1 query: copy t to stdout → done, 2 rows, 26 bytes copied, 01:02:03")]
    [InlineData("""{"kind":"connect\u009b31m","connection":2,"user":"a\u001b]52;c;eA==\u0007","database":"b\n[00:00:00.000] #1 root@b query: select","name":"\u202ec"}""", "#2 a ]52;c;eA== @b [00:00:00.000] #1 root@b query: select connect 31m  c")]
    [InlineData("none\u0085\u001b[31m", "none  [31m")]
    [InlineData("""["none"]""", """["none"]""")]
    [InlineData("none", "none")]
    public void Whatever_is_recorded_reads_as_a_line(string json, string line) => Assert.Equal(line, StatementLine.Of(Encoding.UTF8.GetBytes(json)));
}
