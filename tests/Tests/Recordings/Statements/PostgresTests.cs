using Postern.Server.Recordings.Statements;

namespace Postern.Tests.Recordings.Statements;

/// <summary>What drivers rarely do, and what somebody would who wants to stay off the record.</summary>
public sealed class PostgresTests
{
    private static List<StatementRecord> Statements(Capture capture) => [.. capture.Decode().Where(record => record.Kind != StatementKind.Connect)];

    [Fact]
    public void A_name_that_the_server_refused_to_use_again_still_means_what_it_did()
    {
        var records = Statements(Wire.Postgres()
            .Client([.. Wire.Parse("s", "drop table items"), .. Wire.Sync]).Server([.. Wire.Message('1'), .. Wire.Ready()])
            .Client([.. Wire.Parse("s", "select 1"), .. Wire.Sync, .. Wire.Bind("", "s"), .. Wire.Execute(), .. Wire.Sync])
            .Server([.. Wire.Error("42P05", "exists"), .. Wire.Ready(), .. Wire.Message('2'), .. Wire.Done("DROP TABLE"), .. Wire.Ready()]));
        Assert.Equal([(StatementKind.Prepare, "select 1", StatementOutcome.Failed), (StatementKind.Execute, "drop table items", StatementOutcome.Done)],
            records.Select(record => (record.Kind, record.Text, record.Outcome)));
    }

    [Fact]
    public void After_an_error_the_rest_up_to_Sync_is_said_to_be_skipped()
    {
        var records = Statements(Wire.Postgres()
            .Client([.. Wire.Parse("", "bad"), .. Wire.Bind("", "", 2), .. Wire.Execute(), .. Wire.Parse("", "insert"), .. Wire.Bind("", ""), .. Wire.Execute(), .. Wire.Sync, .. Wire.Parse("", "good"), .. Wire.Bind("", ""), .. Wire.Execute(), .. Wire.Sync])
            .Server([.. Wire.Message('1'), .. Wire.Message('2'), .. Wire.Error("22012", "division by zero"), .. Wire.Ready(), .. Wire.Message('1'), .. Wire.Message('2'), .. Wire.Done("SELECT 3"), .. Wire.Ready()]));
        Assert.Equal([("bad", StatementOutcome.Failed), ("insert", StatementOutcome.Skipped), ("good", StatementOutcome.Done)], records.Select(record => (record.Text, record.Outcome)));
        Assert.Equal(("22012", "division by zero", 2), (records[0].Code, records[0].Error, records[0].Parameters));
        Assert.Equal(3, records[2].Rows);
    }

    [Fact]
    public void What_is_sent_after_an_error_was_seen_is_skipped_up_to_Sync_too()
    {
        var records = Statements(Wire.Postgres()
            .Client([.. Wire.Parse("", "bad")]).Server(Wire.Error("42601", "syntax error"))
            .Client([.. Wire.Bind("", ""), .. Wire.Execute(), .. Wire.Message('Q', "select 1"), .. Wire.Sync, .. Wire.Message('Q', "select 2")]).Server([.. Wire.Ready(), .. Wire.Done("SELECT 1"), .. Wire.Ready()]));
        Assert.Equal([StatementOutcome.Failed, StatementOutcome.Skipped, StatementOutcome.Skipped, StatementOutcome.Done], records.Select(record => record.Outcome));
        Assert.Equal("select 2", records[3].Text);
    }

    [Fact]
    public void What_is_skipped_means_what_failed_and_not_what_had_its_name_before()
    {
        var records = Statements(Wire.Postgres()
            .Client([.. Wire.Parse("", "one"), .. Wire.Bind("", ""), .. Wire.Execute(), .. Wire.Parse("", "two"), .. Wire.Bind("", ""), .. Wire.Execute(), .. Wire.Sync])
            .Server([.. Wire.Message('1'), .. Wire.Message('2'), .. Wire.Done("SELECT 1"), .. Wire.Message('1'), .. Wire.Error("22012", "division by zero"), .. Wire.Ready()]));
        Assert.Equal([(StatementKind.Execute, "one", StatementOutcome.Done), (StatementKind.Bind, "two", StatementOutcome.Failed), (StatementKind.Execute, "two", StatementOutcome.Skipped)],
            records.Select(record => (record.Kind, record.Text, record.Outcome)));
    }

    [Fact]
    public void A_Sync_within_data_of_COPY_is_not_awaited()
    {
        var records = Statements(Wire.Postgres()
            .Client([.. Wire.Parse("", "copy t from stdin"), .. Wire.Bind("", ""), .. Wire.Execute(), .. Wire.Sync]).Server([.. Wire.Message('1'), .. Wire.Message('2'), .. Wire.Message('G', 0, 0, 0)])
            .Client([.. Wire.Message('d', "row"), .. Wire.Sync, .. Wire.Message('d', "row"), .. Wire.Message('c'), .. Wire.Sync]).Server([.. Wire.Done("COPY 2"), .. Wire.Ready()])
            .Client(Wire.Message('Q', "select 1")).Server([.. Wire.Done("SELECT 1"), .. Wire.Ready()]));
        Assert.Equal([("copy t from stdin", 2L, 8L), ("select 1", 1, null)], records.Select(record => (record.Text, record.Rows, record.Copied)).Select(entry => (entry.Text, entry.Rows ?? -1, entry.Copied)));
    }

    [Fact]
    public void Data_of_COPY_sent_ahead_with_its_end_does_not_hide_what_follows()
    {
        var records = Statements(Wire.Postgres()
            .Client([.. Wire.Parse("", "copy t from stdin"), .. Wire.Bind("", ""), .. Wire.Execute(), .. Wire.Message('d', "row"), .. Wire.Sync, .. Wire.Message('c'), .. Wire.Sync, .. Wire.Message('Q', "drop table t")])
            .Server([.. Wire.Message('1'), .. Wire.Message('2'), .. Wire.Message('G', 0, 0, 0), .. Wire.Done("COPY 1"), .. Wire.Ready(), .. Wire.Done("DROP TABLE"), .. Wire.Ready()]));
        Assert.Equal([("copy t from stdin", StatementOutcome.Done), ("drop table t", StatementOutcome.Done)], records.Select(record => (record.Text, record.Outcome)));
        Assert.Equal(["DROP TABLE"], records[1].Commands);
    }

    [Fact]
    public void A_cancel_request_names_the_connection_it_is_about()
    {
        var backends = new Backends();
        var records = new List<StatementRecord>();
        var first = new StatementDecoder(3, "db:5432", backends, 0, records.Add);
        foreach (var piece in Wire.Postgres().Pieces)
        {
            if (piece.FromServer)
                first.FromServer(piece.Bytes, piece.Time);
            else
                first.FromClient(piece.Bytes, piece.Time);
        }
        new StatementDecoder(4, "db:5432", backends, 0, records.Add).FromClient(Wire.Cancel(42), 9);
        new StatementDecoder(5, "other:5432", backends, 0, records.Add).FromClient(Wire.Cancel(42), 9);
        first.Closed(10);
        new StatementDecoder(6, "db:5432", backends, 0, records.Add).FromClient(Wire.Cancel(42), 11);
        Assert.Equal([(4, 42, 3), (5, 42, null), (6, 42, null)], records.Where(record => record.Kind == StatementKind.Cancel).Select(record => (record.Connection, record.Process, record.Cancels)));
    }

    [Fact]
    public void What_is_known_of_all_connections_of_a_session_is_bounded_and_every_statement_recorded_all_the_same()
    {
        const int room = 1 << 20, connections = 20, each = 10;
        var budget = new StatementBudget(room);
        var records = new List<StatementRecord>();
        var decoders = Enumerable.Range(1, connections).Select(connection => new StatementDecoder(connection, "db:1", new(), 0, records.Add, budget)).ToList();
        foreach (var decoder in decoders)
        {
            foreach (var piece in Wire.Postgres().Pieces)
                if (piece.FromServer)
                    decoder.FromServer(piece.Bytes, piece.Time);
                else
                    decoder.FromClient(piece.Bytes, piece.Time);
            for (var i = 0; i < each; i++)
            {
                decoder.FromClient([.. Wire.Parse($"s{i}", "select " + new string('1', 20_000)), .. Wire.Bind("", $"s{i}"), .. Wire.Execute()], 10);
                Assert.InRange(budget.Taken, 1, room);
            }
        }
        Assert.InRange(budget.Taken, room * 9 / 10, room);
        decoders.ForEach(decoder => decoder.Closed(20));
        Assert.Equal(0, budget.Taken);
        Assert.Equal(connections * each, records.Count(record => record.Text is { Length: > 20_000 }));
    }

    [Fact]
    public void A_connection_with_many_errors_takes_no_more_of_what_all_may_take()
    {
        var budget = new StatementBudget(1 << 20);
        var decoder = new StatementDecoder(1, "db:1", new(), 0, _ => { }, budget);
        decoder.FromClient(Wire.Startup("user", "demo"), 1);
        decoder.FromServer([.. Wire.Message('R', 0, 0, 0, 0), .. Wire.Ready()], 2);
        Fail();
        var taken = budget.Taken;
        for (var i = 0; i < 50; i++)
            Fail();
        Assert.InRange(taken, 1, 1 << 20);
        Assert.Equal(taken, budget.Taken);

        void Fail()
        {
            decoder.FromClient([.. Wire.Parse("s", new string('1', 20_000)), .. Wire.Bind("", "s"), .. Wire.Execute(), .. Wire.Sync], 3);
            decoder.FromServer([.. Wire.Error("42601", "no"), .. Wire.Ready()], 4);
        }
    }

    [Theory]
    [InlineData('S', "encrypted (TLS)")]
    [InlineData('G', "encrypted (GSSAPI)")]
    [InlineData('x', "the server answered a request to encrypt with 0x78")]
    public void Encryption_ends_the_record_with_a_note(char answer, string reason)
    {
        var record = Assert.Single(new Capture().Client(Wire.SslRequest).Server((byte)answer, 1, 2, 3).Client(1, 2, 3).Decode());
        Assert.Equal((StatementKind.Note, reason + StatementJournal.FlowOnly), (record.Kind, record.Reason));
    }

    [Fact]
    public void A_login_sent_along_with_a_request_to_encrypt_that_is_refused_is_read()
    {
        var records = new Capture().Client([.. Wire.SslRequest, .. Wire.Startup("user", "demo"), .. Wire.Message('Q', "drop table t")])
            .Server([(byte)'N', .. Wire.Message('R', 0, 0, 0, 0), .. Wire.Ready(), .. Wire.Done("DROP TABLE"), .. Wire.Ready()]).Decode();
        Assert.Equal([(StatementKind.Connect, null), (StatementKind.Query, "drop table t")], records.Select(record => (record.Kind, record.Text)));
        Assert.Equal("demo", records[1].Database);
    }

    [Fact]
    public void Answers_that_do_not_fit_cost_the_outcome_and_not_the_record()
    {
        var records = Statements(Wire.Postgres().Client(Wire.Message('Q', "one")).Server(Wire.Message('1')).Client([.. Wire.Message('Q', "two"), .. Wire.Parse("", "three"), .. Wire.Bind("", ""), .. Wire.Execute()]));
        Assert.Equal(["one", null, "two", "three"], records.Select(record => record.Text));
        Assert.All(records.Where(record => record.Kind != StatementKind.Note), record => Assert.Equal(StatementOutcome.Unknown, record.Outcome));
        Assert.EndsWith("statements are recorded without their outcome", records[1].Reason);
    }

    [Fact]
    public void Long_statements_are_cut_and_say_so()
    {
        var records = Statements(Wire.Postgres().Client([.. Wire.Message('Q', new string('x', 100_000)), .. Wire.Parse("", new string('y', 100_000)), .. Wire.Bind("", ""), .. Wire.Execute(), .. Wire.Sync])
            .Server([.. Wire.Done("SELECT 1"), .. Wire.Ready(), .. Wire.Message('1'), .. Wire.Message('2'), .. Wire.Done("SELECT 1"), .. Wire.Ready()]));
        Assert.All(records, record => Assert.Equal((StatementLimits.Text, true), (record.Text!.Length, record.Cut)));
        Assert.Equal(100_000, records[0].Bytes);
    }

    [Fact]
    public void Statements_that_wait_beyond_what_may_be_held_are_recorded_at_once()
    {
        var capture = Wire.Postgres();
        for (var i = 0; i < 40; i++)
            capture.Client(Wire.Message('Q', new string('x', 60_000)));
        capture.Server([.. Wire.Done("SELECT 1"), .. Wire.Ready()]);
        var records = Statements(capture);
        Assert.Equal(40, records.Count);
        Assert.Contains(records, record => record.Outcome == StatementOutcome.Unknown);
        Assert.Contains(records, record => record.Outcome == StatementOutcome.Done);
    }

    [Fact]
    public void However_many_messages_wait_all_statements_are_recorded()
    {
        var count = StatementLimits.Waiting + 10;
        var one = (byte[])[.. Wire.Bind("", "s"), .. Wire.Execute()];
        var capture = Wire.Postgres().Client([.. Wire.Parse("s", "insert")]);
        var many = new byte[one.Length * count];
        for (var i = 0; i < count; i++)
            one.CopyTo(many, i * one.Length);
        var records = Statements(capture.Client(many));
        Assert.Equal(count, records.Count(record => record.Text == "insert"));
    }

    [Fact]
    public void A_statement_that_runs_for_long_is_on_record_before_it_is_done()
    {
        var records = new List<StatementRecord>();
        var decoder = new StatementDecoder(1, "db", new(), 0, records.Add);
        foreach (var piece in Wire.Postgres().Client(Wire.Message('Q', "vacuum")).Pieces)
            if (piece.FromServer)
                decoder.FromServer(piece.Bytes, piece.Time);
            else
                decoder.FromClient(piece.Bytes, piece.Time);
        decoder.Tick(500_000);
        Assert.Single(records);
        decoder.Tick(2_000_000);
        decoder.Tick(3_000_000);
        Assert.Equal((2, StatementOutcome.Running, "vacuum"), (records.Count, records[^1].Outcome, records[^1].Text));
        decoder.Closed(4_000_000);
        Assert.Equal((3, StatementOutcome.Unfinished), (records.Count, records[^1].Outcome));
    }

    [Fact]
    public void A_commit_that_fails_is_an_error_of_the_batch()
    {
        var records = Statements(Wire.Postgres().Client([.. Wire.Parse("", "insert"), .. Wire.Bind("", ""), .. Wire.Execute(), .. Wire.Sync])
            .Server([.. Wire.Message('1'), .. Wire.Message('2'), .. Wire.Done("INSERT 0 1"), .. Wire.Error("23503", "deferred"), .. Wire.Ready()]));
        Assert.Equal([(StatementKind.Execute, StatementOutcome.Done), (StatementKind.Commit, StatementOutcome.Failed)], records.Select(record => (record.Kind, record.Outcome)));
    }

    [Fact]
    public void An_error_that_answers_nothing_is_recorded_as_such()
    {
        var record = Assert.Single(Statements(Wire.Postgres().Server(Wire.Error("57P01", "terminating connection due to administrator command"))));
        Assert.Equal((StatementKind.Error, "57P01"), (record.Kind, record.Code));
    }

    [Fact]
    public void A_replication_connection_is_noted()
    {
        var records = new Capture().Client(Wire.Startup("user", "demo", "replication", "true")).Decode();
        Assert.Contains(records, record => record.Reason?.StartsWith("a replication connection") == true);
    }

    [Fact]
    public void Function_calls_are_recorded_by_number()
    {
        var record = Assert.Single(Statements(Wire.Postgres().Client(Wire.Message('F', 0, 0, 1, 2, 0, 0)).Server([.. Wire.Message('V', 255, 255, 255, 255), .. Wire.Ready()])));
        Assert.Equal((StatementKind.Function, "258", StatementOutcome.Done), (record.Kind, record.Name, record.Outcome));
    }
}
