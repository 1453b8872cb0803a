using Postern.Server.Settings;

namespace Postern.Server.Storage;

internal static class StorageFeature
{
    public static IServiceCollection AddStorage(this IServiceCollection services)
        => services.AddSingleton(provider => Open(provider.GetRequiredService<ServerOptions>()));

    /// <summary>The database of the settings.</summary>
    /// <exception cref="DatabaseException">The connection string cannot be understood.</exception>
    public static Database Open(ServerOptions options) => Database.Create(options.Database ?? SqliteDatabase.Prefix + Path.Combine(options.Data, "postern.db"));
}
