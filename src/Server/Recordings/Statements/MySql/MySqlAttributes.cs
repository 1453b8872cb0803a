namespace Postern.Server.Recordings.Statements.MySql;

/// <summary>Attributes before the text of COM_QUERY: number of them, number of sets, and if there are any a bitmap of NULLs, 1, type and name of each, the values.</summary>
internal static class MySqlAttributes
{
    private const int Most = 4096;

    /// <summary>Passes over them. What cannot be read sets <see cref="FieldReader.Failed"/>.</summary>
    public static void Pass(ref FieldReader fields)
    {
        var count = fields.LengthEncoded();
        fields.LengthEncoded();
        if (count == 0 || fields.Failed)
            return;
        if (count > Most)
        {
            fields.Take(-1);
            return;
        }
        var nulls = fields.Take(((long)count + 7) / 8);
        fields.Byte();
        Span<byte> types = stackalloc byte[(int)count];
        for (var i = 0; i < types.Length && !fields.Failed; i++)
        {
            types[i] = (byte)fields.UInt16Little();
            fields.LengthEncodedString();
        }
        for (var i = 0; i < types.Length && !fields.Failed; i++)
            if ((nulls[i / 8] & 1 << i % 8) == 0)
                PassValue(ref fields, types[i]);
    }

    private static void PassValue(ref FieldReader fields, byte type)
    {
        switch (type)
        {
            case 1: // TINY
                fields.Take(1);
                break;
            case 2 or 13: // SHORT, YEAR
                fields.Take(2);
                break;
            case 3 or 4 or 9: // LONG, FLOAT, INT24
                fields.Take(4);
                break;
            case 5 or 8: // DOUBLE, LONGLONG
                fields.Take(8);
                break;
            case 6: // NULL
                break;
            case 7 or 10 or 11 or 12: // times, with their length
                fields.Take(fields.Byte());
                break;
            default:
                fields.LengthEncodedString();
                break;
        }
    }
}
