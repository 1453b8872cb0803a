using System.Buffers.Binary;
using BenchmarkDotNet.Attributes;
using Postern.Server.Recordings.Statements;

namespace Postern.Bench.Micro;

/// <summary>What reading along costs a tunnel: 16 MiB of rows of 100 bytes, as they come in a multiplexer's frames, cut anywhere. The first three never allocate.</summary>
[MemoryDiagnoser]
public class StatementBenchmarks
{
    private const int Volume = 16 << 20, Frame = 32_765, Row = 100;

    private readonly byte[] _data = Rows((byte)'d'), _rows = Rows((byte)'D'), _packets = Packets();
    private StatementDecoder? _postgres, _mysql;
    private byte[] _query = [], _answer = [];

    [GlobalSetup]
    public void Prepare()
    {
        _query = Message((byte)'Q', "select id, name, price from items where id = 12345\0"u8);
        _answer = [.. Message((byte)'T', new byte[80]), .. Message((byte)'D', new byte[Row]), .. Message((byte)'C', "SELECT 1\0"u8), .. Message((byte)'Z', "I"u8)];
        _postgres = new(1, "db:5432", new(), 0, static _ => { });
        _postgres.FromClient([0, 0, 0, 19, 0, 3, 0, 0, .. "user\0demo\0\0"u8], 0);
        _postgres.FromServer([.. Message((byte)'R', new byte[4]), .. Message((byte)'Z', "I"u8)], 0);
        _mysql = new(1, "db:3306", new(), 0, static _ => { });
        // A greeting, a login, its OK, a query, one column: what follows are rows.
        _mysql.FromServer([59, 0, 0, 0, 10, .. "8.0.0\0"u8, .. new byte[13], 1, 0x82, 45, 2, 0, 0, 0, 21, .. new byte[31]], 0);
        _mysql.FromClient([38, 0, 0, 1, 1, 0x82, 0, 0, .. new byte[28], .. "demo\0\0"u8], 0);
        _mysql.FromServer([7, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0], 0);
        _mysql.FromClient([9, 0, 0, 0, 3, .. "select 1"u8], 0);
        _mysql.FromServer([1, 0, 0, 1, 1, 3, 0, 0, 2, .. "\u0003de"u8, 5, 0, 0, 3, 0xFE, 0, 0, 2, 0], 0);
        if (_postgres.Done || _mysql.Done)
            throw new InvalidOperationException("A decoder gave up before it was measured.");
    }

    [Benchmark]
    public bool PostgresCopy() => Pass(_postgres!, _data);

    [Benchmark]
    public bool PostgresRows() => Pass(_postgres!, _rows);

    [Benchmark]
    public bool MySqlRows() => Pass(_mysql!, _packets);

    /// <summary>One small statement and its answer, with its record.</summary>
    [Benchmark]
    public bool PostgresStatement()
    {
        _postgres!.FromClient(_query, 1);
        _postgres.FromServer(_answer, 2);
        return _postgres.Done;
    }

    private static bool Pass(StatementDecoder decoder, byte[] bytes)
    {
        for (var at = 0; at < bytes.Length; at += Frame)
            decoder.FromServer(bytes.AsSpan(at, Math.Min(Frame, bytes.Length - at)), 1);
        return decoder.Done;
    }

    private static byte[] Rows(byte type) => Repeat(Message(type, new byte[Row]));

    private static byte[] Packets() => Repeat([Row, 0, 0, 1, 5, .. new byte[Row - 1]]);

    private static byte[] Repeat(byte[] row)
    {
        var bytes = new byte[Volume / row.Length * row.Length];
        for (var at = 0; at < bytes.Length; at += row.Length)
            row.CopyTo(bytes, at);
        return bytes;
    }

    private static byte[] Message(byte type, ReadOnlySpan<byte> body)
    {
        var message = new byte[5 + body.Length];
        message[0] = type;
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), 4 + body.Length);
        body.CopyTo(message.AsSpan(5));
        return message;
    }
}
