using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Postern.Server.Storage.Sealed;

/// <summary>
/// The bytes of one open file: each unit stands there as nonce (12, random), tag (16) and what AES-256-GCM makes of it, bound to its place and to what file it is in.
/// SQLite uses the files of a connection on one thread at a time.
/// </summary>
/// <param name="raw">The file as it is stored.</param>
/// <param name="key">32 bytes.</param>
/// <param name="role">Which of the database's files: one kind cannot be taken for another.</param>
internal sealed class SealedFile(RawFile raw, ReadOnlySpan<byte> key, SealedRole role) : IDisposable
{
    private const int NonceSize = 12, TagSize = 16, PlaceSize = sizeof(long) + 1;

    private readonly AesGcm _cipher = new(key, TagSize);
    private readonly SealedLayout _layout = new(role == SealedRole.Log);
    private readonly byte[] _stored = new byte[SealedLayout.PageSize + SealedLayout.Overhead], _unit = new byte[SealedLayout.PageSize];

    /// <summary>One of SQLite's result codes; what is missing at the end of the file is zero.</summary>
    public int Read(Span<byte> into, long offset)
    {
        while (into.Length > 0)
        {
            var unit = _layout.At(offset);
            var begin = (int)(offset - unit.Start);
            var wanted = Math.Min(into.Length, unit.Size - begin);
            var plain = wanted == unit.Size ? into[..wanted] : _unit.AsSpan(0, unit.Size);
            if (Load(unit, plain, out var there) is var code and not SqliteCode.Ok)
                return code;
            if (wanted != unit.Size)
                plain.Slice(begin, wanted).CopyTo(into);
            if (there < begin + wanted)
            {
                into[Math.Max(0, there - begin)..].Clear();
                return SqliteCode.ShortRead;
            }
            into = into[wanted..];
            offset += wanted;
        }
        return SqliteCode.Ok;
    }

    public int Write(ReadOnlySpan<byte> from, long offset)
    {
        if (CompleteLast(offset) is var completed and not SqliteCode.Ok)
            return completed;
        while (from.Length > 0)
        {
            var unit = _layout.At(offset);
            var begin = (int)(offset - unit.Start);
            var count = Math.Min(from.Length, unit.Size - begin);
            var code = count == unit.Size ? Store(unit, from[..count]) : Patch(unit, begin, from[..count]);
            if (code != SqliteCode.Ok)
                return code;
            from = from[count..];
            offset += count;
        }
        return SqliteCode.Ok;
    }

    public int Truncate(long length)
    {
        var unit = _layout.At(length);
        var left = (int)(length - unit.Start);
        if (left == 0)
            return raw.Truncate(unit.Place);
        if (Load(unit, _unit.AsSpan(0, unit.Size), out var there) is var code and not SqliteCode.Ok)
            return code;
        if (there <= left)
            return SqliteCode.Ok;
        code = Store(unit, _unit.AsSpan(0, left));
        return code == SqliteCode.Ok ? raw.Truncate(unit.Place + SealedLayout.Overhead + left) : code;
    }

    public int Length(out long length)
    {
        var code = raw.Length(out var stored);
        length = _layout.Length(stored);
        return code;
    }

    public void Dispose()
    {
        _cipher.Dispose();
        CryptographicOperations.ZeroMemory(_unit);
    }

    // A unit that has another after it is whole: how long one is follows from the length of the file.
    private int CompleteLast(long offset)
    {
        if (Length(out var length) is var code and not SqliteCode.Ok)
            return code;
        var last = _layout.At(length);
        return length == last.Start || offset < last.Start + last.Size ? SqliteCode.Ok : Patch(last, last.Size, []);
    }

    private int Patch(SealedUnit unit, int begin, ReadOnlySpan<byte> with)
    {
        var plain = _unit.AsSpan(0, unit.Size);
        if (Load(unit, plain, out var there) is var code and not SqliteCode.Ok)
            return code;
        with.CopyTo(plain[begin..]);
        return Store(unit, plain[..Math.Max(there, begin + with.Length)]);
    }

    /// <param name="unit">Which one.</param>
    /// <param name="into">All of it; zero where the file has ended.</param>
    /// <param name="there">How much there is.</param>
    private int Load(SealedUnit unit, Span<byte> into, out int there)
    {
        var stored = _stored.AsSpan(0, unit.Size + SealedLayout.Overhead);
        there = unit.Size;
        var code = raw.Read(stored, unit.Place);
        if (code == SqliteCode.ShortRead)
        {
            code = raw.Length(out var length);
            there = (int)Math.Clamp(length - unit.Place - SealedLayout.Overhead, 0, unit.Size);
            into[there..].Clear();
        }
        if (code != SqliteCode.Ok || there == 0)
            return code;
        var nonce = stored[..NonceSize];
        var tag = stored.Slice(NonceSize, TagSize);
        if (!stored[..SealedLayout.Overhead].ContainsAnyExcept((byte)0))
        {
            into[..there].Clear(); // never written: the file was made longer beyond it
            return SqliteCode.Ok;
        }
        try
        {
            _cipher.Decrypt(nonce, stored.Slice(SealedLayout.Overhead, there), tag, into[..there], PlaceOf(unit, stackalloc byte[PlaceSize]));
            return SqliteCode.Ok;
        }
        catch (AuthenticationTagMismatchException)
        {
            into[..there].Clear();
            // The log may end in what a crash tore: SQLite finds its end where a frame is no frame.
            return role == SealedRole.Log ? SqliteCode.Ok : SqliteCode.Damaged;
        }
    }

    private int Store(SealedUnit unit, ReadOnlySpan<byte> plain)
    {
        var stored = _stored.AsSpan(0, plain.Length + SealedLayout.Overhead);
        var nonce = stored[..NonceSize];
        var tag = stored.Slice(NonceSize, TagSize);
        RandomNumberGenerator.Fill(nonce);
        _cipher.Encrypt(nonce, plain, stored[SealedLayout.Overhead..], tag, PlaceOf(unit, stackalloc byte[PlaceSize]));
        return raw.Write(stored, unit.Place);
    }

    private ReadOnlySpan<byte> PlaceOf(SealedUnit unit, Span<byte> into)
    {
        BinaryPrimitives.WriteInt64BigEndian(into, unit.Start);
        into[sizeof(long)] = (byte)role;
        return into;
    }
}
