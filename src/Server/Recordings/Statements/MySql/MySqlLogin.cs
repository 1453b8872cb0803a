namespace Postern.Server.Recordings.Statements.MySql;

/// <summary>What a server says first.</summary>
/// <param name="Process">The connection's id, which KILL names.</param>
internal readonly record struct MySqlGreeting(MySqlCapabilities Capabilities, uint Process)
{
    // 10 (1), version, 0, id (4), scramble (8), 0 (1), capabilities (2), character set (1), status (2), capabilities (2), scramble length (1), reserved (6), MariaDB's capabilities (4), …
    public static bool TryRead(ReadOnlySpan<byte> packet, out MySqlGreeting greeting)
    {
        var fields = new FieldReader(packet);
        fields.Byte();
        fields.ZeroTerminated();
        var process = fields.UInt32Little();
        fields.Take(9);
        var capabilities = (ulong)fields.UInt16Little();
        if (fields.Failed)
        {
            greeting = default;
            return false;
        }
        fields.Take(3);
        capabilities |= (ulong)fields.UInt16Little() << 16;
        fields.Take(7);
        if (((MySqlCapabilities)capabilities & MySqlCapabilities.Mysql) == 0)
            capabilities |= (ulong)fields.UInt32Little() << 32;
        greeting = new((MySqlCapabilities)capabilities, process);
        return true;
    }
}

/// <summary>What a client answers: who it is. What proves it is passed over.</summary>
internal readonly record struct MySqlLogin(MySqlCapabilities Capabilities, string? User, string? Database, string? Program)
{
    private const int MostAttributes = 64;

    // capabilities (4), largest packet (4), character set (1), reserved (19), MariaDB's capabilities (4), user, 0, proof, database, 0, plugin, 0, attributes
    public static MySqlLogin Read(ReadOnlySpan<byte> packet, MySqlCapabilities offered)
    {
        var fields = new FieldReader(packet);
        var low = fields.UInt16Little();
        if (((MySqlCapabilities)low & MySqlCapabilities.Protocol41) == 0)
        {
            fields.Take(3);
            return new((MySqlCapabilities)low & offered, SqlText.Name(fields.ZeroTerminated()), null, null);
        }
        var wanted = (MySqlCapabilities)(low | (ulong)fields.UInt16Little() << 16);
        fields.Take(24);
        var own = (ulong)fields.UInt32Little() << 32;
        if ((wanted & MySqlCapabilities.Mysql) == 0)
            wanted |= (MySqlCapabilities)own;
        wanted &= offered;
        var user = SqlText.Name(fields.ZeroTerminated());
        PassProof(ref fields, wanted);
        var database = Has(MySqlCapabilities.ConnectWithDatabase) ? SqlText.Name(fields.ZeroTerminated()) : null;
        if (Has(MySqlCapabilities.PluginAuth))
            fields.ZeroTerminated();
        return new(wanted, user, database is "" ? null : database, Has(MySqlCapabilities.ConnectAttributes) ? ProgramOf(ref fields) : null);

        bool Has(MySqlCapabilities capability) => (wanted & capability) != 0;
    }

    /// <summary>COM_CHANGE_USER: command (1), user, 0, proof, database, 0, …</summary>
    public static MySqlLogin ReadChange(ReadOnlySpan<byte> packet, MySqlCapabilities capabilities)
    {
        var fields = new FieldReader(packet);
        fields.Byte();
        var user = SqlText.Name(fields.ZeroTerminated());
        PassProof(ref fields, capabilities & ~MySqlCapabilities.AuthLengthEncoded);
        var database = SqlText.Name(fields.ZeroTerminated());
        return new(capabilities, user, fields.Failed || database is "" ? null : database, null);
    }

    private static void PassProof(ref FieldReader fields, MySqlCapabilities capabilities)
    {
        if ((capabilities & MySqlCapabilities.AuthLengthEncoded) != 0)
            fields.LengthEncodedString();
        else if ((capabilities & MySqlCapabilities.SecureConnection) != 0)
            fields.Take(fields.Byte());
        else
            fields.ZeroTerminated();
    }

    private static string? ProgramOf(ref FieldReader fields)
    {
        var attributes = new FieldReader(fields.LengthEncodedString());
        for (var count = 0; count < MostAttributes && attributes.Rest.Length > 0; count++)
        {
            var name = attributes.LengthEncodedString();
            var value = attributes.LengthEncodedString();
            if (name.SequenceEqual("program_name"u8))
                return SqlText.Name(value);
        }
        return null;
    }
}
