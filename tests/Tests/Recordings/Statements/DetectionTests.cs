using System.Text;
using Postern.Server.Recordings.Statements;
using Postern.Tests.Support;

namespace Postern.Tests.Recordings.Statements;

public sealed class DetectionTests
{
    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n", false, "neither PostgreSQL nor MySQL")]
    [InlineData("SSH-2.0-OpenSSH_9.2\r\n", true, "neither PostgreSQL nor MySQL")]
    [InlineData("220 mail ready\r\n", true, "neither PostgreSQL nor MySQL")]
    [InlineData("\u0016\u0003\u0001", false, "encrypted (TLS)")]
    public void Anything_else_is_noted_once(string text, bool fromServer, string reason)
    {
        var bytes = Encoding.Latin1.GetBytes(text);
        var capture = new Capture();
        for (var i = 0; i < 2; i++)
            _ = fromServer ? capture.Server(bytes).Client(bytes) : capture.Client(bytes).Server(bytes);
        var record = Assert.Single(capture.Decode());
        Assert.Equal((StatementKind.Note, reason + StatementJournal.FlowOnly, null), (record.Kind, record.Reason, record.Protocol));
    }

    [Fact]
    public void Missing_bytes_end_the_record_with_what_was_asked_and_a_note()
    {
        var records = new List<StatementRecord>();
        var decoder = new StatementDecoder(1, "db", new(), 0, records.Add);
        foreach (var piece in Wire.Postgres().Client(Wire.Message('Q', "select 1")).Pieces)
            if (piece.FromServer)
                decoder.FromServer(piece.Bytes, piece.Time);
            else
                decoder.FromClient(piece.Bytes, piece.Time);
        decoder.Gap(99_000);
        decoder.FromClient(Wire.Message('Q', "select 2"), 100_000);
        decoder.Closed(100_000);
        Assert.True(decoder.Done);
        Assert.Equal([(StatementKind.Connect, null), (StatementKind.Query, StatementOutcome.Unknown), (StatementKind.Note, null)], records.Select(record => (record.Kind, record.Kind == StatementKind.Connect ? null : record.Outcome)));
    }

    [Fact]
    public void A_connection_on_which_nothing_passes_leaves_no_record() => Assert.Empty(new Capture().Decode());

    [Fact]
    public void Rows_cost_no_memory()
    {
        var row = Wire.Message('D', [0, 1, 0, 0, 0, 100, .. new byte[100]]);
        var rows = new byte[row.Length * 1000];
        for (var i = 0; i < 1000; i++)
            row.CopyTo(rows, i * row.Length);
        var decoder = new StatementDecoder(1, "db", new(), 0, _ => { });
        foreach (var piece in Wire.Postgres().Client(Wire.Message('Q', "select x")).Pieces)
            if (piece.FromServer)
                decoder.FromServer(piece.Bytes, piece.Time);
            else
                decoder.FromClient(piece.Bytes, piece.Time);
        Pass(decoder, rows);
        Assert.Equal(0, Allocations.Least(() => Pass(decoder, rows)));
    }

    private static void Pass(StatementDecoder decoder, byte[] rows)
    {
        for (var at = 0; at < rows.Length; at += 777)
            decoder.FromServer(rows.AsSpan(at, Math.Min(777, rows.Length - at)), 1);
    }
}
