using System.Buffers.Binary;
using Postern.Server.Recordings.Statements.MySql;
using Postern.Server.Recordings.Statements.Postgres;

namespace Postern.Server.Recordings.Statements;

/// <summary>
/// Reads along one forwarded connection and records what is done to a database in it. Pure: bytes in, records out; times in microseconds since the recording's start.
/// Bytes are offered in order, each once, in pieces of any size, both directions in the order in which they passed. Never throws; holds no more than <see cref="StatementLimits"/>.
/// Not for two threads at once.
/// </summary>
/// <param name="connection">The connection's number in the session.</param>
/// <param name="destination">Where it leads: processes of one server are told apart from those of another by it.</param>
/// <param name="backends">Of the session.</param>
/// <param name="opened">When the connection was.</param>
/// <param name="record">Takes the records.</param>
/// <param name="budget">For all connections of the session; null: for this one alone.</param>
internal sealed class StatementDecoder(long connection, string destination, Backends backends, long opened, Action<StatementRecord> record, StatementBudget? budget = null)
{
    public const byte MySqlGreetingVersion = 10;
    private const byte MySqlError = 0xFF, TlsHandshake = 0x16, TlsMajor = 3;
    private const int PostgresDetection = 8, MySqlDetection = 5, TlsDetection = 2, MaxGreeting = 1024;

    private readonly StatementMemory _memory = new(budget ?? StatementBudget.OfSession());
    private readonly byte[] _first = new byte[PostgresDetection];
    private int _have;
    private bool? _fromServer; // who spoke first
    private PostgresDecoder? _postgres;
    private MySqlDecoder? _mysql;

    /// <summary>Nothing more will be recorded of this connection: its bytes need not be offered.</summary>
    public bool Done
    {
        get;
        private set
        {
            field = value;
            if (value)
                _memory.GiveBack();
        }
    }

    public void FromClient(ReadOnlySpan<byte> bytes, long time) => Offer(fromServer: false, bytes, time);

    public void FromServer(ReadOnlySpan<byte> bytes, long time) => Offer(fromServer: true, bytes, time);

    /// <summary>Now and then, about once a second: a statement that runs for long is recorded before it is done.</summary>
    public void Tick(long time) => Guard(time, static (decoder, now) =>
    {
        decoder._postgres?.Tick(now);
        decoder._mysql?.Tick(now);
    });

    /// <summary>Bytes are missing: what follows cannot be read.</summary>
    public void Gap(long time)
    {
        if (!Done)
            Stop(time, "bytes are missing in the recording");
    }

    public void Closed(long time)
    {
        Guard(time, static (decoder, now) =>
        {
            decoder._postgres?.Closed(now);
            decoder._mysql?.Closed(now);
        });
        Done = true;
    }

    private void Offer(bool fromServer, ReadOnlySpan<byte> bytes, long time)
    {
        if (Done || bytes.IsEmpty)
            return;
        try
        {
            if (_postgres is null && _mysql is null)
                Detect(fromServer, bytes, time);
            else
                Feed(fromServer, bytes, time);
            Done |= _postgres is { Done: true } || _mysql is { Done: true };
        }
        catch (Exception e)
        {
            Broken(time, e);
        }
    }

    private void Feed(bool fromServer, ReadOnlySpan<byte> bytes, long time)
    {
        if (fromServer)
        {
            _postgres?.FromServer(bytes, time);
            _mysql?.FromServer(bytes, time);
        }
        else
        {
            _postgres?.FromClient(bytes, time);
            _mysql?.FromClient(bytes, time);
        }
    }

    private void Detect(bool fromServer, ReadOnlySpan<byte> bytes, long time)
    {
        _fromServer ??= fromServer;
        if (_fromServer != fromServer)
        {
            Stop(time, Unknown);
            return;
        }
        var taken = Math.Min(_first.Length - _have, bytes.Length);
        bytes[..taken].CopyTo(_first.AsSpan(_have));
        _have += taken;
        var first = _first.AsSpan(0, _have);
        if (!fromServer && _have >= TlsDetection && first[0] == TlsHandshake && first[1] == TlsMajor)
            Stop(time, "encrypted (TLS)");
        else if (_have < (fromServer ? MySqlDetection : PostgresDetection))
            return;
        else if (fromServer && IsMySql(first))
            _mysql = new(Journal("mysql"), opened);
        else if (!fromServer && IsPostgres(first))
            _postgres = new(Journal("postgresql"), backends, destination, opened);
        else
            Stop(time, Unknown);
        if (_postgres is null && _mysql is null)
            return;
        Feed(fromServer, first, time);
        Feed(fromServer, bytes[taken..], time);
    }

    private const string Unknown = "neither PostgreSQL nor MySQL";

    // length (3), sequence number (1), protocol version or an error
    private static bool IsMySql(ReadOnlySpan<byte> first)
        => (first[0] | first[1] << 8 | first[2] << 16) is > 2 and <= MaxGreeting && first[3] == 0 && first[4] is MySqlGreetingVersion or MySqlError;

    // length (4), code (4)
    private static bool IsPostgres(ReadOnlySpan<byte> first)
        => BinaryPrimitives.ReadInt32BigEndian(first) is >= PostgresDetection and <= StatementLimits.Startup
        && BinaryPrimitives.ReadInt32BigEndian(first[4..]) is var code
        && (code >> 16 == PostgresMessages.Version3 || code is PostgresMessages.SslRequest or PostgresMessages.GssRequest or PostgresMessages.CancelRequest);

    private StatementJournal Journal(string protocol) => new(protocol, connection, record, _memory);

    private void Stop(long time, string reason)
    {
        if (_postgres is not null)
            _postgres.Stop(time, reason);
        else if (_mysql is not null)
            _mysql.Stop(time, reason);
        else
            record(new() { Kind = StatementKind.Note, Connection = connection, At = time, Reason = reason + StatementJournal.FlowOnly });
        Done = true;
    }

    private void Guard(long time, Action<StatementDecoder, long> step)
    {
        if (Done)
            return;
        try
        {
            step(this, time);
        }
        catch (Exception e)
        {
            Broken(time, e);
        }
    }

    /// <summary>A fault of this code must not cost anybody a session.</summary>
    private void Broken(long time, Exception fault)
    {
        Done = true;
        record(new() { Kind = StatementKind.Note, Connection = connection, At = time, Reason = $"{FaultReason} ({fault.GetType().Name}){StatementJournal.FlowOnly}" });
    }

    /// <summary>How such a note begins; tests look for it.</summary>
    public const string FaultReason = "statements could not be read on";
}
