using System.Text;
using Postern.Server.Recordings.Statements;

namespace Postern.Tests.Recordings.Statements;

public sealed class MySqlTests
{
    private const uint Base = 0x00008201, Ssl = 1 << 11, DeprecateEof = 1 << 24, QueryAttributes = 1 << 27, SessionTrack = 1 << 23, OptionalMetadata = 1 << 25;
    private const byte Query = 3, Prepare = 0x16, Execute = 0x17, Fetch = 0x1C, CloseStatement = 0x19;

    private static List<StatementRecord> Statements(Capture capture) => [.. capture.Decode().Where(record => record.Kind != StatementKind.Connect)];

    [Fact]
    public void An_encrypted_login_ends_the_record_with_a_note()
    {
        var capture = new Capture();
        capture.Pieces.AddRange(Wire.MySql(Base | Ssl).Pieces.Take(1));
        capture.Client(Wire.Packet(1, [0x01, 0x8a, 0, 0, 0, 0, 0, 1, 45, .. new byte[23]])); // who it is comes later, encrypted
        var note = Assert.Single(capture.Decode());
        Assert.Equal(("encrypted (TLS)" + StatementJournal.FlowOnly, null), (note.Reason, note.User));
    }

    [Fact]
    public void Rows_end_with_an_OK_where_that_was_agreed_on()
    {
        var record = Assert.Single(Statements(Wire.MySql(Base | DeprecateEof).Client(Wire.Command(Query, "select 1"))
            .Server([.. Wire.Packet(1, 1), .. Wire.Column(2), .. Wire.Packet(3, 1, 65), .. Wire.Packet(4, 1, 66), .. Wire.Ok(5, header: 0xFE)])));
        Assert.Equal((2, StatementOutcome.Done), (record.Rows, record.Outcome));
    }

    [Fact]
    public void A_cursor_is_fetched_from_in_pieces()
    {
        var prepared = Wire.Packet(1, 0, 5, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0);
        var records = Statements(Wire.MySql()
            .Client(Wire.Command(Prepare, "select * from t")).Server([.. prepared, .. Wire.Column(2), .. Wire.Eof(3)])
            .Client(Wire.Packet(0, Execute, 5, 0, 0, 0, 1, 1, 0, 0, 0)).Server([.. Wire.Packet(1, 1), .. Wire.Column(2), .. Wire.Eof(3, status: 0x42)])
            .Client(Wire.Packet(0, Fetch, 5, 0, 0, 0, 2, 0, 0, 0)).Server([.. Wire.Packet(1, 0, 0, 1), .. Wire.Packet(2, 0, 0, 2), .. Wire.Eof(3, status: 0x42)])
            .Client([.. Wire.Packet(0, CloseStatement, 5, 0, 0, 0), .. Wire.Packet(0, Execute, 5, 0, 0, 0, 0, 1, 0, 0, 0)]).Server(Wire.Packet(1, [0xFF, 0xDB, 4, .. "#HY000Unknown prepared statement"u8])));
        Assert.Equal([(StatementKind.Execute, "select * from t", null), (StatementKind.Fetch, "select * from t", 2L), (StatementKind.Execute, null, null)], records.Select(record => (record.Kind, record.Text, record.Rows)));
        Assert.Equal(("1243", "Unknown prepared statement"), (records[2].Code, records[2].Error));
    }

    [Fact]
    public void Attributes_of_a_query_are_passed_over()
    {
        byte[] attributes = [2, 1, 0, 1, 8, 0, 1, (byte)'n', 254, 0, 1, (byte)'s', 1, 2, 3, 4, 5, 6, 7, 8, 3, .. "abc"u8];
        var records = Statements(Wire.MySql(Base | QueryAttributes)
            .Client(Wire.Packet(0, [Query, 0, 1, .. "select 1"u8])).Server(Wire.Ok(1))
            .Client(Wire.Packet(0, [Query, .. attributes, .. "select 2"u8])).Server(Wire.Ok(1)));
        Assert.Equal(["select 1", "select 2"], records.Select(record => record.Text));
    }

    [Fact]
    public void The_database_follows_what_the_server_tells_of_its_session()
    {
        byte[] changed = [0, 0, 0, 2, 0x40, 0, 0, 0, 7, 1, 5, 4, .. "next"u8];
        var records = Statements(Wire.MySql(Base | SessionTrack).Client(Wire.Command(Query, "use next")).Server(Wire.Packet(1, changed)).Client(Wire.Command(Query, "select 1")).Server(Wire.Ok(1)));
        Assert.Equal([null, "next"], records.Select(record => record.Database));
    }

    [Fact]
    public void A_statement_of_more_than_16_MiB_is_one()
    {
        const int Part = 0xFFFFFF;
        var text = new byte[Part + 1000];
        Array.Fill(text, (byte)'x');
        text[0] = Query;
        var records = Statements(Wire.MySql().Client([.. Wire.Packet(0, text[..Part]), .. Wire.Packet(1, text[Part..])]).Server(Wire.Ok(2)).Client(Wire.Command(Query, "select 1")).Server(Wire.Ok(1)));
        Assert.Equal([(true, StatementLimits.Text, text.Length - 1L), (false, 8, null)], records.Select(record => (record.Cut, record.Text!.Length, record.Bytes)).Select(entry => (entry.Cut, entry.Length, entry.Bytes)));
    }

    [Fact]
    public void A_row_of_more_than_16_MiB_is_one_and_is_not_taken_for_the_end()
    {
        const int Part = 0xFFFFFF;
        var row = new byte[Part + 10];
        row[0] = 0xFE;
        var record = Assert.Single(Statements(Wire.MySql(Base | DeprecateEof).Client(Wire.Command(Query, "select x"))
            .Server([.. Wire.Packet(1, 1), .. Wire.Column(2), .. Wire.Packet(3, row[..Part]), .. Wire.Packet(4, row[Part..]), .. Wire.Ok(5, header: 0xFE)])));
        Assert.Equal(1, record.Rows);
    }

    [Fact]
    public void Commands_sent_ahead_are_answered_in_order()
    {
        var records = Statements(Wire.MySql().Client([.. Wire.Command(Query, "one"), .. Wire.Command(Prepare, "two"), .. Wire.Packet(0, Execute, 255, 255, 255, 255, 0, 1, 0, 0, 0), .. Wire.Command(Query, "three")])
            .Server([.. Wire.Ok(1, rows: 1), .. Wire.Packet(1, 0, 7, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0), .. Wire.Ok(1, rows: 2), .. Wire.Ok(1, rows: 3)]));
        Assert.Equal([("one", 1L), ("two", 2L), ("three", 3L)], records.Select(record => (record.Text, record.Rows ?? 0)));
    }

    [Fact]
    public void Another_user_is_another_connect()
    {
        byte[] change = [0x11, .. "other"u8, 0, 3, 1, 2, 3, .. "stock"u8, 0];
        var records = Wire.MySql().Client(Wire.Packet(0, change)).Server(Wire.Packet(1, [0xFE, .. "mysql_native_password"u8, 0])).Client(Wire.Packet(2, 9, 9)).Server(Wire.Ok(3)).Client(Wire.Command(Query, "select 1")).Server(Wire.Ok(1)).Decode();
        Assert.Equal([("demo", null), ("other", "stock"), ("other", "stock")], records.Select(record => (record.User, record.Database)));
    }

    [Fact]
    public void Answers_that_cannot_be_followed_cost_the_outcome_and_not_the_record()
    {
        var records = Wire.MySql(Base | OptionalMetadata).Client(Wire.Command(Query, "drop table t")).Server(Wire.Ok(1)).Decode();
        Assert.Equal([(StatementKind.Note, null), (StatementKind.Query, StatementOutcome.Unknown)], records.Select(record => (record.Kind, record.Outcome)));
    }

    [Fact]
    public void A_server_that_refuses_everybody_says_why()
    {
        var record = Assert.Single(new Capture().Server(Wire.Packet(0, [0xFF, 0x10, 4, .. "Too many connections"u8])).Decode());
        Assert.Equal((StatementKind.Connect, StatementOutcome.Failed, "1040", "Too many connections"), (record.Kind, record.Outcome, record.Code, record.Error));
    }

    [Fact]
    public void Progress_is_no_error()
    {
        var record = Assert.Single(Statements(Wire.MySql().Client(Wire.Command(Query, "alter table t")).Server([.. Wire.Packet(1, 0xFF, 0xFF, 0xFF, 1, 1, 2), .. Wire.Ok(2)])));
        Assert.Equal(StatementOutcome.Done, record.Outcome);
    }

    [Fact]
    public void What_proves_who_somebody_is_stays_off_the_record()
    {
        foreach (var row in Capture.Names)
            foreach (var line in Capture.Load(row.Data).Lines())
                Assert.DoesNotContain("for-tests-only", line, StringComparison.Ordinal);
        var text = Encoding.UTF8.GetString(Statements(Wire.MySql().Client(Wire.Command(Query, "set password = 'for-tests-only'")).Server(Wire.Ok(1))).Single().ToJson());
        Assert.Contains("set password = '***'", text);
    }
}
