using System.Globalization;

namespace Postern.Server.Recordings.Statements.Postgres;

/// <summary>
/// Follows one connection that speaks PostgreSQL's protocol 3: what the client asks waits in order until the server has answered it.
/// Everything a client sends is recorded, whatever becomes of it: where answers can no longer be followed, without its outcome.
/// </summary>
internal sealed partial class PostgresDecoder(StatementJournal journal, Backends backends, string destination, long opened)
{
    private const int MostNegotiations = 8;

    private readonly PostgresReader _client = new(PostgresMessages.Client) { Untyped = true }, _server = new(PostgresMessages.Server);
    private readonly Queue<PostgresStep> _waiting = new();
    private readonly PostgresNames _names = new(journal.Memory);
    private int _negotiations; // requests to encrypt that the server has not answered with its one byte
    private bool _started, _connected, _refused, _blind;
    private long _startedAt = opened, _covered;
    private long? _process;

    /// <summary>Nothing more is to be read.</summary>
    public bool Done { get; private set; }

    public void FromClient(ReadOnlySpan<byte> bytes, long time)
    {
        while (!Done && _client.Next(ref bytes, out var message))
        {
            if (message.Type == 0)
                First(message, time);
            else
                Asked(message, time);
        }
        if (!Done && _client.Fault is { } fault)
            Stop(time, $"the client sent {fault}");
    }

    public void FromServer(ReadOnlySpan<byte> bytes, long time)
    {
        while (!Done && _negotiations > 0 && bytes.Length > 0)
            Negotiated(ref bytes, time);
        while (!Done && !_blind && _server.Next(ref bytes, out var message))
        {
            if (message.Type == 'D')
                _rows++;
            else if (message.Type == 'd')
                _copied += message.Length;
            else
                Answered(message, time);
        }
        if (!Done && !_blind && _server.Fault is { } fault)
            GoBlind(time, $"the server sent {fault}");
    }

    /// <summary>Records what runs for long already.</summary>
    public void Tick(long time)
    {
        if (Head() is not { } head)
            return;
        if (head.Kind == StepKind.Execute)
            head.Statement ??= Resolve(_names, head);
        if (head.Kind is StepKind.Execute or StepKind.Query or StepKind.Function && head.Statement is { } statement)
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
        if (_started && !_connected && !_refused && !Done)
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
        CountData();
        while (_waiting.TryDequeue(out var step))
            Apply(_names, step, time, step.Statement is { Code: not null } ? StatementOutcome.Failed : outcome);
        if (_process is { } process)
            backends.Remove(destination, process, journal.Connection);
    }

    /// <summary>Statements are recorded as they are sent from now on, without what the server answers.</summary>
    private void GoBlind(long time, string reason)
    {
        _blind = true;
        _skipping = false;
        _server.Release();
        while (_waiting.TryDequeue(out var step))
            Apply(_names, step, time, StatementOutcome.Unknown);
        journal.Note(time, $"{reason}: statements are recorded without their outcome");
    }

    // length (4), code or version (4), then of a StartupMessage: name, value, … each ended by a zero, and one more zero
    private void First(PostgresMessage message, long time)
    {
        var fields = new FieldReader(message.Kept);
        var code = fields.Int32();
        switch (code)
        {
            case PostgresMessages.SslRequest or PostgresMessages.GssRequest when !fields.Failed:
                if (++_negotiations > MostNegotiations)
                    Stop(time, "the client asked for encryption again and again");
                break;
            case PostgresMessages.CancelRequest:
                var process = (long)fields.Int32();
                journal.Cancel(time, process, backends.Find(destination, process));
                End(time, StatementOutcome.Unknown);
                break;
            case var version when version >> 16 == PostgresMessages.Version3:
                Start(ref fields, time);
                break;
            default:
                Stop(time, string.Create(CultureInfo.InvariantCulture, $"protocol version {code >> 16}.{code & 0xFFFF} is not known"));
                break;
        }
    }

    private void Start(ref FieldReader fields, long time)
    {
        var replication = false;
        while (fields.Rest.Length > 1 && !fields.Failed)
        {
            var name = fields.ZeroTerminated();
            var value = fields.ZeroTerminated();
            if (name.SequenceEqual("user"u8))
                journal.User = SqlText.Name(value);
            else if (name.SequenceEqual("database"u8))
                journal.Database = SqlText.Name(value);
            else if (name.SequenceEqual("application_name"u8))
                journal.Application = SqlText.Name(value);
            else if (name.SequenceEqual("replication"u8))
                replication = !value.SequenceEqual("false"u8) && !value.SequenceEqual("off"u8) && !value.SequenceEqual("no"u8) && !value.SequenceEqual("0"u8);
        }
        journal.Database ??= journal.User;
        _started = true;
        _startedAt = time;
        _client.Untyped = false;
        if (replication)
            journal.Note(time, "a replication connection: its commands are recorded, what is replicated is not");
    }

    private void Negotiated(ref ReadOnlySpan<byte> bytes, long time)
    {
        switch (bytes[0])
        {
            case (byte)'N':
                _negotiations--;
                bytes = bytes[1..];
                break;
            case (byte)'S':
                Stop(time, "encrypted (TLS)");
                break;
            case (byte)'G':
                Stop(time, "encrypted (GSSAPI)");
                break;
            case (byte)'E':
                _negotiations = 0; // a server too old to know the request says so in a message
                break;
            default:
                Stop(time, $"the server answered a request to encrypt with 0x{bytes[0]:x2}");
                break;
        }
    }
}
