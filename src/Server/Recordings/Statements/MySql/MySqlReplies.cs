namespace Postern.Server.Recordings.Statements.MySql;

/// <summary>OK: 0x00 or 0xFE (1), affected rows, last id, status (2), warnings (2), text, changes of the session's state.</summary>
internal readonly record struct MySqlOk(long Rows, MySqlStatus Status, string? Database)
{
    private const byte TrackSchema = 1;
    private const int MostChanges = 64;

    public static MySqlOk Read(ReadOnlySpan<byte> packet, MySqlCapabilities capabilities)
    {
        var fields = new FieldReader(packet);
        fields.Byte();
        var rows = fields.LengthEncoded();
        fields.LengthEncoded();
        var status = (MySqlStatus)fields.UInt16Little();
        fields.UInt16Little();
        string? database = null;
        if ((capabilities & MySqlCapabilities.SessionTrack) != 0 && (status & MySqlStatus.SessionStateChanged) != 0)
        {
            fields.LengthEncodedString();
            var changes = new FieldReader(fields.LengthEncodedString());
            for (var count = 0; count < MostChanges && changes.Rest.Length > 0; count++)
            {
                var type = changes.Byte();
                var change = new FieldReader(changes.LengthEncodedString());
                if (type == TrackSchema)
                    database = SqlText.Name(change.LengthEncodedString());
            }
        }
        return new(rows > long.MaxValue ? long.MaxValue : (long)rows, status, database);
    }

    /// <summary>EOF: 0xFE (1), warnings (2), status (2).</summary>
    public static MySqlStatus StatusOfEnd(ReadOnlySpan<byte> packet)
    {
        var fields = new FieldReader(packet);
        fields.Take(3);
        return (MySqlStatus)fields.UInt16Little();
    }
}

/// <summary>ERR: 0xFF (1), number (2), <c>#</c> and SQLSTATE (6, once a client has logged in), message.</summary>
internal readonly record struct MySqlError(ushort Number, string Code, string Message)
{
    /// <summary>MariaDB reports progress in what looks like an error.</summary>
    public const ushort Progress = 0xFFFF;

    public const byte Header = 0xFF;

    public static MySqlError Read(ReadOnlySpan<byte> packet)
    {
        var fields = new FieldReader(packet);
        fields.Byte();
        var number = fields.UInt16Little();
        if (fields.Rest is [(byte)'#', ..])
            fields.Take(6);
        return new(number, number.ToString(System.Globalization.CultureInfo.InvariantCulture), SqlText.Message(fields.Rest));
    }
}
