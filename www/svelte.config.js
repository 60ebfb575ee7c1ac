// The defaults will do; without this file the plugin says so at each build.
export default {}
