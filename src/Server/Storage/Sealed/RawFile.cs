namespace Postern.Server.Storage.Sealed;

/// <summary>SQLite's own file below a sealed one. Every method returns one of SQLite's result codes.</summary>
internal readonly unsafe struct RawFile(NativeFile* file)
{
    public int Read(Span<byte> into, long offset)
    {
        fixed (byte* bytes = into)
            return file->Methods->Read(file, bytes, into.Length, offset);
    }

    public int Write(ReadOnlySpan<byte> from, long offset)
    {
        fixed (byte* bytes = from)
            return file->Methods->Write(file, bytes, from.Length, offset);
    }

    public int Truncate(long length) => file->Methods->Truncate(file, length);

    public int Length(out long length)
    {
        long found = 0;
        var code = file->Methods->FileSize(file, &found);
        length = found;
        return code;
    }
}

/// <summary>Which of a database's files.</summary>
internal enum SealedRole : byte
{
    Database = 1,
    Log = 2,
    Journal = 3,
    Temporary = 4,
}

/// <summary>The result codes that are told apart here.</summary>
internal static class SqliteCode
{
    public const int Ok = 0, Failed = 10, Corrupt = 11, NotADatabase = 26, ShortRead = 10 | 2 << 8, Damaged = 10 | 32 << 8;
}
