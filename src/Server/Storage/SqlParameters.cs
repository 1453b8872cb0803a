using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;

namespace Postern.Server.Storage;

/// <summary>
/// The values of a statement, by the names it gives them after @. Each bears the type of its member, so that a database knows what a null is.
/// </summary>
internal sealed class SqlParameters
{
    private readonly List<(string Name, object? Value, DbType Type)> _values = [];

    public SqlParameters()
    {
    }

    public SqlParameters(SqlParameters others) => _values.AddRange(others._values);

    /// <summary>One value for each property of an object: an anonymous one, or a row.</summary>
    public static SqlParameters Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(T values) where T : class
    {
        var parameters = new SqlParameters();
        foreach (var (property, type) in Members<T>.All)
            parameters._values.Add((property.Name, property.GetValue(values), type));
        return parameters;
    }

    /// <param name="name">Without the @.</param>
    /// <param name="value">Not null: there would be no type.</param>
    public void Add(string name, object value) => _values.Add((name, value, TypeOf(value.GetType()) ?? throw Unknown(name, value.GetType())));

    public void Add(SqlParameters others) => _values.AddRange(others._values);

    /// <summary>Gives a command those of the values that its text speaks of.</summary>
    public void AddTo(DbCommand command)
    {
        foreach (var (name, value, type) in _values)
        {
            var named = "@" + name;
            // Mostly it is written just so, which is found in a fraction of the time.
            if (!command.CommandText.Contains(named, StringComparison.Ordinal) && !command.CommandText.Contains(named, StringComparison.OrdinalIgnoreCase))
                continue;
            var parameter = command.CreateParameter();
            parameter.ParameterName = named;
            parameter.DbType = type;
            parameter.Value = value ?? DBNull.Value;
            command.Parameters.Add(parameter);
        }
    }

    /// <summary>The same for a command that may have had others of the same names before.</summary>
    public void SetOn(DbCommand command)
    {
        if (command.Parameters.Count == 0)
            AddTo(command);
        else
            foreach (var (name, value, _) in _values)
                if (command.Parameters.IndexOf("@" + name) is >= 0 and var index)
                    command.Parameters[index].Value = value ?? DBNull.Value;
    }

    private static DbType? TypeOf(Type type) => Type.GetTypeCode(Nullable.GetUnderlyingType(type) ?? type) switch
    {
        TypeCode.String => DbType.String,
        TypeCode.Int64 => DbType.Int64,
        TypeCode.Int32 => DbType.Int32,
        TypeCode.Double => DbType.Double,
        _ => type == typeof(byte[]) ? DbType.Binary : null,
    };

    private static InvalidOperationException Unknown(string name, Type type) => new($"{name} is a {type.Name}, which the two databases do not store alike.");

    private static class Members<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>
    {
        public static readonly (PropertyInfo Property, DbType Type)[] All =
            [.. from property in typeof(T).GetProperties() let type = TypeOf(property.PropertyType) where type is not null select (property, type.Value)];
    }
}
