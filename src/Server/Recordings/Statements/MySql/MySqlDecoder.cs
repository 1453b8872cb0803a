namespace Postern.Server.Recordings.Statements.MySql;

/// <summary>
/// Follows one connection that speaks the protocol of MySQL and MariaDB: commands wait in order until the server has answered them.
/// Where answers cannot be followed, statements are recorded without their outcome.
/// </summary>
internal sealed partial class MySqlDecoder(StatementJournal journal, long opened)
{
    private enum Phase { Greeting, Login, Authentication, Commands }

    private readonly MySqlReader _client = new() { Keep = CommandKeep }, _server = new() { Keep = StatementLimits.Greeting };
    private readonly Queue<MySqlStep> _waiting = new();
    private readonly PreparedStatements<uint> _prepared = new(journal.Memory);
    private Prepared? _lastPrepared;
    private Phase _phase;
    private MySqlCapabilities _capabilities;
    private bool _started, _connected, _refused, _blind;
    private long _startedAt = opened, _covered;
    private long? _process;

    /// <summary>Nothing more is to be read.</summary>
    public bool Done { get; private set; }

    public void FromClient(ReadOnlySpan<byte> bytes, long time)
    {
        while (!Done && _client.Next(ref bytes, out var packet))
        {
            if (_phase is Phase.Greeting)
                Stop(time, "the client spoke before the server's greeting");
            else if (_phase is Phase.Login)
                LogIn(packet, time);
            else if (_localFile)
                FileData(packet);
            else if (packet.Sequence == 0 && packet.Length > 0)
                Asked(packet, time);
        }
        if (!Done && _client.Fault is { } fault)
            Stop(time, $"the client sent {fault}");
    }

    public void FromServer(ReadOnlySpan<byte> bytes, long time)
    {
        while (!Done && !_blind && _server.Next(ref bytes, out var packet))
        {
            if (_reply == Reply.Rows && packet.Kept.IsEmpty && packet.Length > 0)
                _rows++;
            else if (_phase == Phase.Greeting)
                Greet(packet, time);
            else if (_phase is Phase.Login or Phase.Authentication)
                Authenticate(packet, time);
            else
                Answered(packet, time);
        }
        if (!Done && !_blind && _server.Fault is { } fault)
            Stop(time, $"the server sent {fault}");
    }

    /// <summary>Records what runs for long already.</summary>
    public void Tick(long time)
    {
        if (Head() is not { } head)
            return;
        if (head.IsExecution)
            head.Statement ??= Resolve(head);
        if (head.Command != MySqlCommand.StmtPrepare && head.Statement is { } statement)
            journal.Running(statement, time);
    }

    /// <summary>Ends with a note that says why.</summary>
    public void Stop(long time, string reason)
    {
        if (Done)
            return;
        End(time, StatementOutcome.Unknown);
        journal.Stopped(time, reason);
    }

    public void Closed(long time)
    {
        if (_started && !_connected && !_refused && !_blind && !Done)
            journal.NotConnected(_startedAt, time, StatementOutcome.Unfinished, null, null);
        End(time, StatementOutcome.Unfinished);
    }

    private void End(long time, string outcome)
    {
        if (Done)
            return;
        Done = true;
        _client.Release();
        _server.Release();
        if (_waiting.Count > 0 && Head() is { } head)
        {
            if (head.IsExecution)
                head.Statement ??= Resolve(head);
            CountRows(head.Statement);
        }
        while (_waiting.TryDequeue(out var step))
            Apply(step, time, outcome);
    }

    private void GoBlind(long time, string reason)
    {
        _blind = true;
        _server.Release();
        while (_waiting.TryDequeue(out var step))
            Apply(step, time, StatementOutcome.Unknown);
        journal.Note(time, $"{reason}: statements are recorded without their outcome");
    }

    private void Greet(MySqlPacket packet, long time)
    {
        if (packet.First == MySqlError.Header)
        {
            var error = MySqlError.Read(packet.Kept);
            _refused = true;
            journal.NotConnected(_startedAt, time, StatementOutcome.Failed, error.Code, error.Message);
            End(time, StatementOutcome.Unknown);
        }
        else if (packet.First == StatementDecoder.MySqlGreetingVersion && MySqlGreeting.TryRead(packet.Kept, out var greeting))
        {
            (_capabilities, _process, _phase) = (greeting.Capabilities, greeting.Process, Phase.Login);
            _server.Keep = StatementLimits.Reply;
        }
        else
            Stop(time, "the server's greeting cannot be read");
    }

    private void LogIn(MySqlPacket packet, long time)
    {
        var login = MySqlLogin.Read(packet.Kept, _capabilities);
        _capabilities = login.Capabilities;
        (_phase, _started, _startedAt) = (Phase.Authentication, true, time);
        (journal.User, journal.Database, journal.Application) = (login.User, login.Database, login.Program);
        if (Agreed(MySqlCapabilities.Ssl))
            Stop(time, "encrypted (TLS)");
        else if (Agreed(MySqlCapabilities.Compress | MySqlCapabilities.CompressZstd))
            Stop(time, "compressed");
        else if (!Agreed(MySqlCapabilities.Protocol41))
            GoBlind(time, "a client older than MySQL 4.1");
        else if (Agreed(MySqlCapabilities.OptionalMetadata))
            GoBlind(time, "a client that may leave out descriptions of columns");
    }

    private void Authenticate(MySqlPacket packet, long time)
    {
        if (packet.First == MySqlError.Header)
        {
            var error = MySqlError.Read(packet.Kept);
            _refused = true;
            journal.NotConnected(_startedAt, time, StatementOutcome.Failed, error.Code, error.Message);
        }
        else if (packet.First == 0 && packet.Length > 0 && _phase == Phase.Authentication)
        {
            _phase = Phase.Commands;
            _connected = true;
            Told(MySqlOk.Read(packet.Kept, _capabilities));
            journal.Connected(_startedAt, time, _process);
        }
    }

    private bool Agreed(MySqlCapabilities capability) => (_capabilities & capability) != 0;
}
